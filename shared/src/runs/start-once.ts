import { createHash } from 'node:crypto';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { backoff } from '../http/retry-delay.ts';
import { OwnedRuns, type SentStart } from './owned-runs.ts';
import type { RunProvider } from './provider.ts';
import { isFinished, type Run } from './run.ts';
import type { StartKey } from './start-key.ts';

/** How one run is started, and found again. */
export interface Start {
  provider: RunProvider;
  startKey: StartKey;
  /** Whether a run with the same parameters that goes on already is taken instead. */
  reuse?: boolean | undefined;
  /** What is run, in the same words for every step that can run it; default: `what` of the provider. */
  scope?: string;
  /** What it is started with, by which a run is told from others where it carries no key. */
  parameters?: Record<string, unknown> | undefined;
  start(): Promise<Run>;
  /** Looks for the run by the key, where the vendor keeps it. */
  findByKey?(): Promise<Run | undefined>;
  /** Finds the run of a start that was not answered, where the vendor tells for certain; default: `findByKey`. */
  findLost?(): Promise<Run | undefined>;
}

/** How often a run is looked for after its start was not answered. */
const looks = 3;

/** Seconds for which a started run is remembered. */
const memory = 3 * 24 * 3600;

/** Milliseconds by which the vendor's clock may be behind ours. */
const clockDifference = 5_000;

/** The starts of this process and their runs. */
const owned = new OwnedRuns();

/** Starts with a key that are under way in this process, so that two at once share one. */
const underWay = new Map<string, Promise<Run>>();

/**
 * Starts a run and never a second one. With a key the run that was started under it before is taken: the platform remembers
 * it, or the vendor is asked. When the vendor's answer is lost or cannot be read, the run that may be active already is looked
 * for.
 * @throws PipewrightError `unavailable` or `unexpected-answer`, not retryable, when nobody can tell whether the run was started
 */
export async function startOnce(host: Host, start: Start): Promise<Run> {
  const { provider, startKey } = start;
  if (startKey.key === undefined) return reuseOrStart(host, start);
  const name = `started:${createHash('sha256')
    .update(JSON.stringify([provider.service, provider.place, provider.what, startKey.key]))
    .digest('hex')}`;
  const same = underWay.get(name) ?? startUnlessKnown(host, start, name).finally(() => underWay.delete(name));
  underWay.set(name, same);
  return same;
}

async function startUnlessKnown(host: Host, start: Start, name: string): Promise<Run> {
  const { provider, startKey } = start;
  const known = await host.cache.get(name);
  const existing =
    typeof known === 'string'
      ? await readStarted(provider, known)
      : startKey.isGiven
        ? await start.findByKey?.()
        : undefined;
  // Who has a platform repeat a step wants a run that failed to be run again; who gives a key wants one run, whatever became of it.
  const found = existing && (startKey.isGiven || !endedBadly(existing)) ? existing : undefined;
  if (found)
    host.log.info(`${provider.service}: a run of ${provider.what} was started under this key before, and is taken.`);
  const run = found ?? (await reuseOrStart(host, start));
  await host.cache.set(name, run.id, memory);
  return run;
}

const endedBadly = ({ status }: Run): boolean => isFinished(status) && status !== 'succeeded';

/** A run that was started a moment ago may not be shown yet. */
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
  const { provider, parameters = {} } = start;
  const going =
    start.reuse &&
    (await provider.recent?.())?.find((run) => !isFinished(run.status) && hasParameters(run.parameters, parameters));
  if (!going) return startNow(host, start);
  host.log.info(`${provider.service}: run ${going.id} of ${provider.what} goes on already, and is taken.`);
  return going;
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
    const run = await look(host, start.findLost ?? start.findByKey ?? (() => findOwn(start, sent, candidates)));
    if (run) {
      owned.own(sent, run.id);
      host.log.info(`${service} did not confirm the start, but its run was found.`);
      return run;
    }
    owned.giveUp(sent, [...candidates]);
    throw unconfirmed(start, error, [...candidates]);
  }
}

/**
 * The run of a start that carries no key: the only one with the same parameters that began after the start was sent. It is
 * taken only if no other start can own it: none that this process knows a run of, and none that waits for its own.
 * @param candidates receives the IDs of runs that may be the one
 */
async function findOwn(
  { provider: { recent, startedByCall = recent }, parameters = {} }: Start,
  sent: SentStart,
  candidates: Set<string>,
): Promise<Run | undefined> {
  const same = ((await startedByCall?.()) ?? []).filter(
    (run) =>
      hasParameters(run.parameters, parameters) && !(Date.parse(run.startedAt ?? '') < sent.sentAt - clockDifference),
  );
  const free = same.filter(({ id }) => !owned.isOwned(sent.place, id));
  candidates.clear();
  for (const { id } of free) candidates.add(id);
  const [run] = same;
  // Vendors cut the time of a beginning to whole seconds.
  const startedAt = Date.parse(run?.startedAt ?? '');
  const isAfter = startedAt >= Math.floor(sent.sentAt / 1000) * 1000;
  return run && same.length === 1 && free.length === 1 && isAfter && !owned.hasRival(sent) ? run : undefined;
}

function unconfirmed(
  { provider: { service, what } }: Start,
  cause: PipewrightError,
  candidates: string[],
): PipewrightError {
  const odd = cause.code === 'unexpected-answer';
  const shown = candidates.slice(0, 3).join(', ');
  const hint =
    candidates.length === 0
      ? `Look in ${service} before you run this step again: the run may be active already.`
      : `Look in ${service} before you run this step again. ${candidates.length === 1 ? `The run ${shown} may be it` : `One of the runs ${shown} may be it`}, but another step may have started it. A Start Key makes runs distinguishable.`;
  return new PipewrightError({
    code: odd ? 'unexpected-answer' : 'unavailable',
    service,
    message: odd
      ? `${service} sent an answer to the start of ${what} that cannot be read, so the run may have started. ${cause.message}`
      : `${service} did not confirm whether it started ${what}: the start may have been lost.`,
    hint,
    retryable: false,
    cause,
  });
}

/** Codes of errors after which nobody knows whether the request was carried out. */
const uncertain: readonly string[] = ['unavailable', 'unexpected-answer', 'cut-short', 'timed-out'];

/** Whether the work may have been started although the call failed. */
export function isUncertain(error: unknown): error is PipewrightError {
  return error instanceof PipewrightError && !error.unsent && uncertain.includes(error.code);
}

async function look(host: Host, find: () => Promise<Run | undefined>): Promise<Run | undefined> {
  for (let attempt = 0; attempt < looks; attempt += 1) {
    await host.sleep(backoff(attempt, host.random(), 1_000));
    try {
      const found = await find();
      if (found) return found;
    } catch (error) {
      if (!(error instanceof PipewrightError)) throw error;
    }
  }
  return undefined;
}

/** Whether a run was started with these parameters; those that were not given have values of their own. */
function hasParameters(run: Record<string, unknown>, given: Record<string, unknown>): boolean {
  const told = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(given).every(
    ([name, value]) => value === undefined || (name in run && told(run[name]) === told(value)),
  );
}
