import { createHash } from 'node:crypto';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { backoff } from '../http/retry-delay.ts';
import { OwnedRuns, type SentStart } from './owned-runs.ts';
import type { RunProvider } from './provider.ts';
import { isFinished, type Run } from './run.ts';
import type { StartKey } from './start-key.ts';

/** How to start one run and find it again. */
export interface Start {
  provider: RunProvider;
  startKey: StartKey;
  /** Whether to use an active run with the same parameters instead of starting one. */
  reuseActiveRun?: boolean | undefined;
  /** Identifies what is run, the same for all steps that can start it. Default: the provider's `what`. */
  scope?: string;
  /** The parameters of the run; they identify it if it has no key. */
  parameters?: Record<string, unknown> | undefined;
  start(): Promise<Run>;
  /** Finds the run by its key, if the vendor stores the key. */
  findByKey?(): Promise<Run | undefined>;
  /** Finds the run of an unconfirmed start, if the vendor can identify it for certain. Default: `findByKey`. */
  findLost?(): Promise<Run | undefined>;
}

/** How often to search for the run of an unconfirmed start. */
const searchAttempts = 3;

/** How long the run of a key is remembered. */
const cacheSeconds = 3 * 24 * 3600;

/** How far the vendor's clock may be behind ours. */
const clockSkewMs = 5_000;

/** The starts in this process and their runs. */
const owned = new OwnedRuns();

/** Starts in progress in this process, by key, so that simultaneous starts share one run. */
const inProgress = new Map<string, Promise<Run>>();

/**
 * Starts a run exactly once. If the key already has a run, returns that run, from the platform's cache or from the vendor. If
 * the vendor's response is lost or unreadable, searches for the run instead of starting it again.
 * @throws PipewrightError `unavailable` or `unexpected-response`, not retryable, if it is unknown whether the run was started
 */
export async function startOnce(host: Host, start: Start): Promise<Run> {
  const { provider, startKey } = start;
  if (startKey.key === undefined) return reuseOrStart(host, start);
  const cacheKey = cacheKeyOf(provider, startKey.key);
  const run =
    inProgress.get(cacheKey) ?? startUnlessKnown(host, start, cacheKey).finally(() => inProgress.delete(cacheKey));
  inProgress.set(cacheKey, run);
  return run;
}

const cacheKeyOf = ({ service, place, what }: RunProvider, key: string): string =>
  `started:${createHash('sha256')
    .update(JSON.stringify([service, place, what, key]))
    .digest('hex')}`;

/** Whether a repeated start under the user's key would return this run. */
export async function isRemembered(
  host: Host,
  provider: RunProvider,
  key: string | undefined,
  id: string,
): Promise<boolean> {
  return key !== undefined && (await host.cache.get(cacheKeyOf(provider, key))) === id;
}

async function startUnlessKnown(host: Host, start: Start, cacheKey: string): Promise<Run> {
  const { provider, startKey } = start;
  const cachedId = await host.cache.get(cacheKey);
  const existing =
    typeof cachedId === 'string'
      ? await readStarted(provider, cachedId)
      : startKey.isGiven
        ? await start.findByKey?.()
        : undefined;
  // A step that the platform retries should rerun a failed run. A key that the user entered identifies one run, whether it
  // succeeded or failed.
  const found = existing && (startKey.isGiven || !didNotSucceed(existing)) ? existing : undefined;
  if (found)
    host.log.info(`${provider.service}: using run ${found.id} of ${provider.what}, already started under this key.`);
  const run = found ?? (await reuseOrStart(host, start));
  await host.cache.set(cacheKey, run.id, cacheSeconds);
  return run;
}

const didNotSucceed = ({ status }: Run): boolean => isFinished(status) && status !== 'succeeded';

/** Reads a started run, which the vendor may not return yet. */
async function readStarted(provider: RunProvider, id: string): Promise<Run> {
  try {
    return await provider.get(id);
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'not-found')) throw error;
    return {
      id,
      service: provider.service,
      name: provider.what,
      status: 'unknown',
      vendorStatus: '',
      parameters: {},
      steps: [],
    };
  }
}

async function reuseOrStart(host: Host, start: Start): Promise<Run> {
  const { provider, reuseActiveRun, parameters = {} } = start;
  const active =
    reuseActiveRun &&
    (await provider.recent?.())?.find((run) => !isFinished(run.status) && hasParameters(run.parameters, parameters));
  if (!active) return startNow(host, start);
  host.log.info(`${provider.service}: reusing active run ${active.id} of ${provider.what}.`);
  return active;
}

async function startNow(host: Host, start: Start): Promise<Run> {
  const { service, what, place } = start.provider;
  const parameters = start.parameters ?? {};
  const sent = owned.send({
    place: `${service}\n${place}`,
    scope: start.scope ?? what,
    parameters,
    sentAt: host.now(),
  });
  try {
    const run = await start.start();
    owned.own(sent, run.id);
    return run;
  } catch (error) {
    if (!isUncertain(error)) {
      owned.giveUp(sent, []);
      throw error;
    }
    const candidates = new Set<string>();
    const run = await search(
      host,
      start.findLost ?? start.findByKey ?? (() => findByParameters(start, sent, candidates)),
    );
    if (run) {
      owned.own(sent, run.id);
      host.log.info(`${service} did not confirm the start, but run ${run.id} was found.`);
      return run;
    }
    owned.giveUp(sent, [...candidates]);
    throw unconfirmedStart(start, error, [...candidates]);
  }
}

/**
 * Finds the run of a start without a key: the only run with the same parameters that began after the start was sent, if no
 * other start in this process owns it or may own it.
 * @param candidates receives the IDs of runs that may belong to the start
 */
async function findByParameters(
  { provider: { recent, startedByCall = recent }, parameters = {} }: Start,
  sent: SentStart,
  candidates: Set<string>,
): Promise<Run | undefined> {
  const matching = ((await startedByCall?.()) ?? []).filter(
    (run) =>
      hasParameters(run.parameters, parameters) && !(Date.parse(run.startedAt ?? '') < sent.sentAt - clockSkewMs),
  );
  const free = matching.filter(({ id }) => !owned.isOwned(sent.place, id));
  candidates.clear();
  for (const { id } of free) candidates.add(id);
  const [run] = matching;
  // Vendors round start times down to whole seconds.
  const startedAt = Date.parse(run?.startedAt ?? '');
  const isAfter = startedAt >= Math.floor(sent.sentAt / 1000) * 1000;
  return run && matching.length === 1 && free.length === 1 && isAfter && !owned.hasRival(sent) ? run : undefined;
}

function unconfirmedStart(
  { provider: { service, what } }: Start,
  cause: PipewrightError,
  candidates: string[],
): PipewrightError {
  const isUnreadable = cause.code === 'unexpected-response';
  const ids = candidates.slice(0, 3).join(', ');
  const check = `Check in ${service} whether the run is active before you run this step again.`;
  const match = candidates.length === 1 ? `Run ${ids} may be the one` : `One of the runs ${ids} may be the one`;
  const hint =
    candidates.length === 0
      ? check
      : `${check} ${match}, but another step may have started it. Set a Start Key to make runs distinguishable.`;
  return new PipewrightError({
    code: isUnreadable ? 'unexpected-response' : 'unavailable',
    service,
    message: isUnreadable
      ? `${service} returned an unreadable answer to the start of ${what}, so the run may have started. ${cause.message}`
      : `${service} did not confirm the start of ${what}, so the run may have started.`,
    hint,
    retryable: false,
    cause,
  });
}

/** Error codes after which it is unknown whether the request was carried out. */
const uncertainCodes: readonly string[] = ['unavailable', 'unexpected-response', 'incomplete', 'timed-out'];

/** Whether the work may have been started although the call failed. */
export function isUncertain(error: unknown): error is PipewrightError {
  return error instanceof PipewrightError && !error.unsent && uncertainCodes.includes(error.code);
}

async function search(host: Host, find: () => Promise<Run | undefined>): Promise<Run | undefined> {
  for (let attempt = 0; attempt < searchAttempts; attempt += 1) {
    try {
      await host.sleep(backoff(attempt, host.random(), 1_000));
      const found = await find();
      if (found) return found;
    } catch (error) {
      // A platform without time left may ask to run the step again, which would start a second run.
      if (!(error instanceof PipewrightError) || host.signal?.aborted) throw error;
    }
  }
  return undefined;
}

/** Whether a run has these parameters; parameters without a value match any run. */
function hasParameters(actual: Record<string, unknown>, expected: Record<string, unknown>): boolean {
  const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(expected).every(
    ([name, value]) => value === undefined || (name in actual && asText(actual[name]) === asText(value)),
  );
}
