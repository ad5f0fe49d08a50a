import type { JSONWebKeySet, JWK } from 'jose';
import { PipewrightError } from '../host/error.ts';
import type { Cache, Host } from '../host/host.ts';
import { isObject } from '../host/is-object.ts';
import type { EntraSender } from '../define/verification.ts';

/** Age in milliseconds at which keys are refreshed. If that fails, the cached keys stay in use. */
const refreshAfterMs = 24 * 3_600_000;

/** Time to live of the cached keys in seconds. */
const cacheSeconds = 7 * 24 * 3_600;

/** Minimum interval between two requests in milliseconds; doubled with each failure up to the maximum. */
const minIntervalMs = 60_000;
const maxIntervalMs = 15 * 60_000;

/** Maximum length of a response in characters. A tenant has about ten keys of 2 KB each. */
const maxLength = 1_000_000;

/** Maximum number of tenants in the in-memory cache. */
const maxTenants = 100;

/** The parts of a host that are required to read keys. */
export type KeyHost = Pick<Host, 'http' | 'cache' | 'now'>;

/** Cached keys of a tenant. */
interface CachedKeys {
  keys?: JSONWebKeySet;
  /** When the keys were read, in milliseconds since 1970. */
  readAt?: number;
  /** When the last request started, in milliseconds since 1970, and the number of failures since the last success. */
  triedAt?: number;
  failures?: number;
  /** Why the last request failed. */
  problem?: string;
}

/** In-memory cache and pending requests, by URL. */
interface State {
  known: Map<string, CachedKeys>;
  pending: Map<string, Promise<CachedKeys>>;
}

const states = new WeakMap<Cache, State>();

function stateOf(cache: Cache): State {
  let state = states.get(cache);
  if (!state) states.set(cache, (state = { known: new Map(), pending: new Map() }));
  return state;
}

const isKey = (key: unknown): key is JWK => {
  if (!isObject(key)) return false;
  const { kty, kid, n, e, use } = key;
  return (
    kty === 'RSA' &&
    [kid, n, e].every((part) => typeof part === 'string' && part !== '') &&
    (use === undefined || use === 'sig')
  );
};

function parseKeys(status: number, text: string): JSONWebKeySet {
  if (status !== 200) throw unreadable(`the status was ${status}`);
  let parsed: unknown;
  try {
    parsed = text.length > maxLength ? undefined : JSON.parse(text);
  } catch {
    throw unreadable('the response is not JSON');
  }
  const keys: unknown[] = isObject(parsed) && Array.isArray(parsed['keys']) ? parsed['keys'] : [];
  const byId = new Map(keys.filter(isKey).map((key) => [key.kid, key]));
  if (byId.size === 0) throw unreadable('the response contains no signing keys');
  return { keys: [...byId.values()] };
}

const unavailable = (message: string): PipewrightError =>
  new PipewrightError({
    code: 'unavailable',
    service: 'Microsoft Entra',
    message,
    hint: 'Check Tenant ID and Entra Authority URL.',
    retryable: true,
  });

function unreadable(reason: string): PipewrightError {
  return unavailable(`The signing keys of the tenant could not be read: ${reason}.`);
}

/** Milliseconds since a timestamp; infinite without one, and if the clock was set back. */
function since(timestamp: number | undefined, now: number): number {
  return timestamp === undefined || timestamp > now ? Infinity : now - timestamp;
}

async function read(url: string, before: CachedKeys, host: KeyHost): Promise<CachedKeys> {
  const triedAt = host.now();
  try {
    const { status, text } = await host.http({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      redirects: 'answer',
    });
    return { keys: parseKeys(status, text), readAt: host.now(), triedAt };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...before, triedAt, failures: (before.failures ?? 0) + 1, problem };
  }
}

/** Reads the keys once for all concurrent deliveries, and caches them for other processes. */
async function readOnce(url: string, before: CachedKeys, host: KeyHost): Promise<CachedKeys> {
  const { known, pending } = stateOf(host.cache);
  const running = pending.get(url);
  if (running) return running;
  const reading = read(url, before, host);
  pending.set(url, reading);
  const result = await reading;
  if (known.size >= maxTenants) known.clear();
  known.set(url, result);
  pending.delete(url);
  await host.cache.set(`entra-keys:${url}`, result, cacheSeconds);
  return result;
}

/** Keys from the in-memory cache, or from the cache that processes share. */
async function readCache(url: string, host: KeyHost): Promise<CachedKeys> {
  const { known } = stateOf(host.cache);
  const inMemory = known.get(url);
  if (inMemory) return inMemory;
  const cached = (await host.cache.get(`entra-keys:${url}`)) as CachedKeys | undefined;
  return known.get(url) ?? cached ?? {};
}

/**
 * The keys with which a tenant signs its tokens. Requests them at most once per minute, and less often while requests fail; cached
 * keys stay in use for a week if they cannot be refreshed.
 * @param renew whether to refresh the keys because a token names an unknown key
 * @throws PipewrightError `unavailable` if there are no cached keys and they cannot be read
 */
export async function entraKeys(
  { authority, tenantId }: EntraSender,
  host: KeyHost,
  renew: boolean,
): Promise<JSONWebKeySet> {
  const url = `${authority}/${encodeURIComponent(tenantId)}/discovery/v2.0/keys`;
  let known = await readCache(url, host);
  const now = host.now();
  const isFresh = known.keys !== undefined && since(known.readAt, now) < refreshAfterMs;
  const interval = Math.min(maxIntervalMs, minIntervalMs * 2 ** Math.max(0, (known.failures ?? 0) - 1));
  const mayRead = since(known.triedAt, now) >= interval || stateOf(host.cache).pending.has(url);
  if ((!isFresh || renew) && mayRead) known = await readOnce(url, known, host);
  if (known.keys === undefined)
    throw known.problem === undefined ? unreadable('there is no response yet') : unavailable(known.problem);
  return known.keys;
}
