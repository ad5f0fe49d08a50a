import type { JSONWebKeySet, JWK } from 'jose';
import { describeError, PipewrightError } from '../host/error.ts';
import type { Cache, Host } from '../host/host.ts';
import type { EntraSender } from '../define/verification.ts';

/** Milliseconds after which keys are read again, although the known ones are used as long as that fails. */
const freshForMs = 24 * 3_600_000;

/** Seconds for which keys are kept while they cannot be read again. */
const keptSeconds = 7 * 24 * 3_600;

/** Fewest milliseconds between two readings, whatever arrives; doubled with each failure up to the most. */
const pauseMs = 60_000;
const maxPauseMs = 15 * 60_000;

/** Longest answer that is parsed, in characters: a tenant has about ten keys of 2 KB. */
const maxLength = 1_000_000;

/** Most tenants whose keys this process knows. */
const maxTenants = 100;

/** What a host provides to read keys. */
export type KeyHost = Pick<Host, 'http' | 'cache' | 'now'>;

/** What is known of the keys of a tenant. */
interface Known {
  keys?: JSONWebKeySet;
  /** Milliseconds since 1970 at which the keys were read. */
  readAt?: number;
  /** Milliseconds since 1970 at which reading began last, and how often it failed since it last succeeded. */
  triedAt?: number;
  failures?: number;
  /** Why it failed last. */
  problem?: string;
}

/** What this process knows of tenants, by the cache of their host, with the readings that are under way. */
interface State {
  known: Map<string, Known>;
  underWay: Map<string, Promise<Known>>;
}

const states = new WeakMap<Cache, State>();

function stateOf(cache: Cache): State {
  let state = states.get(cache);
  if (!state) states.set(cache, (state = { known: new Map(), underWay: new Map() }));
  return state;
}

const isKey = (key: unknown): key is JWK => {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, kid, n, e, use } = key as Record<string, unknown>;
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
    throw unreadable('the answer is not JSON');
  }
  const { keys } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as { keys?: unknown };
  const byId = new Map((Array.isArray(keys) ? keys : []).filter(isKey).map((key) => [key.kid, key]));
  if (byId.size === 0) throw unreadable('the answer holds no signing keys');
  return { keys: [...byId.values()] };
}

const unavailable = (message: string): PipewrightError =>
  new PipewrightError({
    code: 'unavailable',
    service: 'Microsoft Entra',
    message,
    hint: 'Check Tenant ID and Login Address.',
    retryable: true,
  });

function unreadable(why: string): PipewrightError {
  return unavailable(`The signing keys of the tenant could not be read: ${why}.`);
}

/** Milliseconds since a moment; infinite without one, and when the clock was set back behind it. */
function since(moment: number | undefined, now: number): number {
  return moment === undefined || moment > now ? Infinity : now - moment;
}

async function read(url: string, before: Known, host: KeyHost): Promise<Known> {
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

/** Reads the keys once for all deliveries that come meanwhile, and lets other processes know. */
async function readOnce(url: string, before: Known, host: KeyHost): Promise<Known> {
  const { known, underWay } = stateOf(host.cache);
  const running = underWay.get(url);
  if (running) return running;
  const reading = read(url, before, host);
  underWay.set(url, reading);
  const result = await reading;
  if (known.size >= maxTenants) known.clear();
  known.set(url, result);
  underWay.delete(url);
  await host.cache.set(`entra-keys:${url}`, result, keptSeconds);
  return result;
}

/** What this process knows, or what another one has put into the cache. */
async function recall(url: string, host: KeyHost): Promise<Known> {
  const { known } = stateOf(host.cache);
  const here = known.get(url);
  if (here) return here;
  const cached = (await host.cache.get(`entra-keys:${url}`)) as Known | undefined;
  return known.get(url) ?? cached ?? {};
}

/**
 * The keys by which a tenant signs its tokens. They are read at most once a minute, whatever arrives, and less often while that
 * fails; the known ones are used for a week while they cannot be read again.
 * @param renew reads them again, because a token names a key that is not among them
 * @throws PipewrightError `unavailable` while none are known
 */
export async function entraKeys(
  { authority, tenantId }: EntraSender,
  host: KeyHost,
  renew: boolean,
): Promise<JSONWebKeySet> {
  const url = `${authority}/${encodeURIComponent(tenantId)}/discovery/v2.0/keys`;
  let known = await recall(url, host);
  const now = host.now();
  const isFresh = known.keys !== undefined && since(known.readAt, now) < freshForMs;
  const pause = Math.min(maxPauseMs, pauseMs * 2 ** Math.max(0, (known.failures ?? 0) - 1));
  const mayRead = since(known.triedAt, now) >= pause || stateOf(host.cache).underWay.has(url);
  if ((!isFresh || renew) && mayRead) known = await readOnce(url, known, host);
  if (known.keys === undefined)
    throw known.problem === undefined ? unreadable('no answer has come yet') : unavailable(known.problem);
  return known.keys;
}
