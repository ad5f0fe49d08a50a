import { PipewrightError } from '../host/error.ts';
import { hashOf } from '../host/hash-of.ts';
import type { Host } from '../host/host.ts';
import { backoff } from '../http/retry-delay.ts';
import { OwnedRuns, type SentStart } from './owned-runs.ts';
import { getRun } from './get-run.ts';
import type { RunProvider } from './provider.ts';
import { isFinished, type Run } from './run.ts';
import { keyAfter, outlivesExecution, type StartKey } from './start-key.ts';

/** How to start one run and find it again. */
export interface Start {
  provider: RunProvider;
  startKey: StartKey;
  /** Whether to use an active run with the same parameters instead of starting one. */
  reuseActiveRun?: boolean | undefined;
  /** Identifies what is run, the same for all steps that can start it. Default: the provider's `displayName`. */
  scope?: string;
  /** The parameters of the run; they identify it if it has no key. */
  parameters?: Record<string, unknown> | undefined;
  start(key: StartKey): Promise<Run>;
  /** Whether the vendor returns the existing run if a start is repeated with the same tag. Default: false. */
  isIdempotent?: boolean;
  /** Finds the run by its key, if the vendor stores the key. */
  findByKey?(key: StartKey): Promise<Run | undefined>;
  /** Finds the run of an unconfirmed start, if the vendor can identify it for certain. Default: `findByKey`. */
  findLost?(key: StartKey): Promise<Run | undefined>;
}

/** How often to search for the run of an unconfirmed start, and for a new run that the vendor does not list yet. */
const searchAttempts = 3;

/** How long the run of a key is remembered. */
const cacheSeconds = 3 * 24 * 3600;

/** How far the vendor's clock may be behind ours. */
const clockSkewMs = 5_000;

/** The starts in this process and their runs. */
const owned = new OwnedRuns();

/** Starts in progress in this process, by key, so that simultaneous starts share one run. */
const inProgress = new Map<string, Promise<Started>>();

/** A run and whether this start started it. */
interface Started {
  run: Run;
  isNew: boolean;
}

/**
 * Starts a run exactly once. If the key already has a run, returns that run (`reused`), from the platform's cache or from the
 * vendor. If the vendor's response is lost or unreadable, searches for the run instead of starting it again.
 *
 * A run that failed is run again only by a retry: by an execution that the user retries, or by a step that the platform retries
 * after it started the run itself. Everyone else who comes with the same key gets the failed run.
 * @throws PipewrightError `unavailable` or `unexpected-response`, not retryable, if it is unknown whether the run was started
 */
export async function startOnce(host: Host, start: Start): Promise<Run> {
  if (start.startKey.key === undefined) return outcome(await reuseOrStart(host, start, start.startKey));
  let key = start.startKey;
  let started = await startUnderKey(host, start, key);
  while (!started.isNew && didNotSucceed(started.run)) {
    const isRetry = !outlivesExecution(key) || host.isRetry === true || (await startedHere(host, start, started.run));
    key = keyAfter(key, started.run.id);
    const known = isRetry ? undefined : await findKnown(host, start, key);
    if (!isRetry && !known) break;
    started = known ? { run: known, isNew: false } : await startUnderKey(host, start, key);
  }
  return outcome(started);
}

const outcome = ({ run, isNew }: Started): Run => (isNew ? run : { ...run, reused: true });

const cacheKeyOf = ({ service, namespace, displayName }: RunProvider, key: string | undefined): string =>
  `started:${hashOf(service, namespace, displayName, key)}`;

/** Whether a repeated start under the user's key would return this run. */
export async function isRemembered(
  host: Host,
  provider: RunProvider,
  key: string | undefined,
  id: string,
): Promise<boolean> {
  return key !== undefined && (await host.cache.get(cacheKeyOf(provider, key))) === id;
}

/** Starts the run of a key, or returns the run that it already has. */
async function startUnderKey(host: Host, start: Start, key: StartKey): Promise<Started> {
  const cacheKey = cacheKeyOf(start.provider, key.key);
  const shared = inProgress.get(cacheKey);
  if (shared) return { run: (await shared).run, isNew: false };
  const started = (async () => {
    // Other processes can find the run only by its key.
    const isShared = outlivesExecution(key) && start.findByKey !== undefined;
    return isShared && host.exclusive
      ? host.exclusive(() => startUnlessKnown(host, start, key, true))
      : startUnlessKnown(host, start, key, false);
  })().finally(() => inProgress.delete(cacheKey));
  inProgress.set(cacheKey, started);
  return started;
}

/** @param isExclusive whether others are kept out until the run can be found */
async function startUnlessKnown(host: Host, start: Start, key: StartKey, isExclusive: boolean): Promise<Started> {
  const { provider } = start;
  const found = await findKnown(host, start, key);
  if (found) {
    host.log.info(
      `${provider.service}: using run ${found.id} of ${provider.displayName}, already started under this key.`,
    );
    await host.cache.set(cacheKeyOf(start.provider, key.key), found.id, cacheSeconds);
    return { run: found, isNew: false };
  }
  const sentAt = host.now();
  const started = await reuseOrStart(host, start, key);
  await host.cache.set(cacheKeyOf(start.provider, key.key), started.run.id, cacheSeconds);
  if (!started.isNew) return started;
  if (start.isIdempotent && host.isRetry && outlivesExecution(key)) {
    const run = await readStarted(provider, started.run.id);
    if (isOlder(run, sentAt)) return { run, isNew: false };
  }
  if (host.executionKey !== undefined) await host.cache.set(ownKeyOf(host, start, started.run), sentAt, cacheSeconds);
  if (isExclusive) await search(host, async () => start.findByKey?.(key), 0);
  return started;
}

/** The run of a key, from the platform's cache or from the vendor. */
async function findKnown(host: Host, start: Start, key: StartKey): Promise<Run | undefined> {
  const cachedId = await host.cache.get(cacheKeyOf(start.provider, key.key));
  if (typeof cachedId === 'string') return readStarted(start.provider, cachedId);
  return outlivesExecution(key) ? start.findByKey?.(key) : undefined;
}

const ownKeyOf = ({ executionKey }: Host, { provider }: Start, { id }: Run): string =>
  `own:${hashOf(executionKey, provider.service, provider.namespace, id)}`;

/** Whether an earlier attempt of this step of this execution started the run. */
async function startedHere(host: Host, start: Start, run: Run): Promise<boolean> {
  if (host.executionKey === undefined) return false;
  const sentAt = await host.cache.get(ownKeyOf(host, start, run));
  // A repeated start of an idempotent vendor may have returned an older run.
  return typeof sentAt === 'number' && !isOlder(run, sentAt);
}

/** Whether a run began before a start was sent. */
const isOlder = ({ startedAt }: Run, sentAt: number): boolean => Date.parse(startedAt ?? '') < sentAt - clockSkewMs;

const didNotSucceed = ({ status }: Run): boolean => isFinished(status) && status !== 'succeeded';

/** Reads a started run, which the vendor may not return yet. */
async function readStarted(provider: RunProvider, id: string): Promise<Run> {
  try {
    return await getRun(provider, id);
  } catch (error) {
    if (!(error instanceof PipewrightError && error.code === 'not-found')) throw error;
    return {
      id,
      service: provider.service,
      name: provider.displayName,
      status: 'unknown',
      vendorStatus: '',
      parameters: {},
      steps: [],
    };
  }
}

async function reuseOrStart(host: Host, start: Start, key: StartKey): Promise<Started> {
  const { provider, reuseActiveRun, parameters = {} } = start;
  const active =
    reuseActiveRun &&
    (await provider.recent?.())?.find((run) => !isFinished(run.status) && hasParameters(run.parameters, parameters));
  if (!active) return { run: await startNow(host, start, key), isNew: true };
  host.log.info(`${provider.service}: reusing active run ${active.id} of ${provider.displayName}.`);
  return { run: active, isNew: false };
}

async function startNow(host: Host, start: Start, key: StartKey): Promise<Run> {
  const { service, displayName, namespace } = start.provider;
  const parameters = start.parameters ?? {};
  const sent = owned.send({
    namespace: `${service}\n${namespace}`,
    scope: start.scope ?? displayName,
    parameters,
    sentAt: host.now(),
  });
  try {
    const run = await start.start(key);
    owned.own(sent, run.id);
    return run;
  } catch (error) {
    if (!isUncertain(error)) {
      owned.giveUp(sent, []);
      throw error;
    }
    const candidates = new Set<string>();
    const find = start.findLost ?? start.findByKey ?? (() => findByParameters(start, sent, candidates));
    const run = await search(host, () => find(key));
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
    (run) => hasParameters(run.parameters, parameters) && !isOlder(run, sent.sentAt),
  );
  const free = matching.filter(({ id }) => !owned.isOwned(sent.namespace, id));
  candidates.clear();
  for (const { id } of free) candidates.add(id);
  const [run] = matching;
  // Vendors round start times down to whole seconds.
  const startedAt = Date.parse(run?.startedAt ?? '');
  const isAfter = startedAt >= Math.floor(sent.sentAt / 1000) * 1000;
  return run && matching.length === 1 && free.length === 1 && isAfter && !owned.hasRival(sent) ? run : undefined;
}

function unconfirmedStart(
  { provider: { service, displayName } }: Start,
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
      ? `${service} returned an unreadable answer to the start of ${displayName}, so the run may have started. ${cause.message}`
      : `${service} did not confirm the start of ${displayName}, so the run may have started.`,
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

/** @param firstDelayMs how long to wait before the first search */
async function search(
  host: Host,
  find: () => Promise<Run | undefined>,
  firstDelayMs = backoff(0, host.random(), 1_000),
): Promise<Run | undefined> {
  for (let attempt = 0; attempt < searchAttempts; attempt += 1) {
    try {
      await host.sleep(attempt === 0 ? firstDelayMs : backoff(attempt, host.random(), 1_000));
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
