import { createHash } from 'node:crypto';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { backoff } from '../http/retry-delay.ts';
import type { RunProvider } from './provider.ts';
import { isFinished, type Run } from './run.ts';
import type { StartKey } from './start-key.ts';

/** How one run is started, and found again. */
export interface Start {
  provider: RunProvider;
  startKey: StartKey;
  /** Whether a run with the same parameters that goes on already is taken instead. */
  reuse?: boolean | undefined;
  /** What it is started with, by which a run is told from others where it carries no key. */
  parameters?: Record<string, unknown> | undefined;
  start(): Promise<Run>;
  /** Looks for the run by the key, where the vendor keeps it. */
  findByKey?(): Promise<Run | undefined>;
}

/** How often a run is looked for after its start was not answered. */
const looks = 3;

/** Seconds for which a started run is remembered. */
const memory = 3 * 24 * 3600;

/** Milliseconds by which the vendor's clock may be behind ours. */
const clockDifference = 5_000;

/** Starts with a key that are under way in this process, so that two at once share one. */
const underWay = new Map<string, Promise<Run>>();

/**
 * Starts a run and never a second one. With a key the run that was started under it before is taken: the platform remembers
 * it, or the vendor is asked. When the vendor's answer is lost, the run that may be going already is looked for.
 * @throws PipewrightError `unavailable`, not retryable, when nobody can tell whether the run was started
 */
export async function startOnce(host: Host, start: Start): Promise<Run> {
  const { provider, startKey } = start;
  if (startKey.key === undefined) return reuseOrStart(host, start);
  const name = `started:${createHash('sha256').update(JSON.stringify([provider.service, provider.what, startKey.key])).digest('hex')}`;
  const same = underWay.get(name) ?? startUnlessKnown(host, start, name).finally(() => underWay.delete(name));
  underWay.set(name, same);
  return same;
}

async function startUnlessKnown(host: Host, start: Start, name: string): Promise<Run> {
  const { provider, startKey } = start;
  const known = await host.cache.get(name);
  const existing = typeof known === 'string' ? await readStarted(provider, known) : startKey.isGiven ? await start.findByKey?.() : undefined;
  // Who has a platform repeat a step wants a run that failed to be run again; who gives a key wants one run, whatever became of it.
  const found = existing && (startKey.isGiven || !endedBadly(existing)) ? existing : undefined;
  if (found) host.log.info(`${provider.service}: a run of ${provider.what} was started under this key before, and is taken.`);
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
    return { id, service: provider.service, name: provider.what, status: 'unknown', vendorStatus: '', parameters: {}, steps: [] };
  }
}

async function reuseOrStart(host: Host, start: Start): Promise<Run> {
  const { provider, parameters = {} } = start;
  const going = start.reuse && (await provider.recent?.())?.find((run) => !isFinished(run.status) && hasParameters(run.parameters, parameters));
  if (!going) return startNow(host, start);
  host.log.info(`${provider.service}: run ${going.id} of ${provider.what} goes on already, and is taken.`);
  return going;
}

async function startNow(host: Host, { provider: { service, what, recent }, start, findByKey, parameters = {} }: Start): Promise<Run> {
  const since = host.now() - clockDifference;
  try {
    return await start();
  } catch (error) {
    if (!isUncertain(error)) throw error;
    // Without a key, runs that began since are compared by their parameters; one that is still queued has no beginning.
    const findSame = recent && (async () => theOnly((await recent()).filter((run) => !(Date.parse(run.startedAt ?? '') < since) && hasParameters(run.parameters, parameters))));
    const find = findByKey ?? findSame;
    const found = find && (await look(host, find));
    if (found) {
      host.log.info(`${service} did not answer the start, but the run was found.`);
      return found;
    }
    throw new PipewrightError({
      code: 'unavailable',
      service,
      message: `${service} did not say whether it started ${what}.`,
      hint: `Look in ${service} before you run this step again: the run may be going already.`,
      retryable: false,
      cause: error,
    });
  }
}

/** Whether the work may have been started although the call failed. */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof PipewrightError) || error.unsent) return false;
  return error.code === 'unavailable' || error.code === 'unexpected-answer';
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
  return Object.entries(given).every(([name, value]) => value === undefined || (name in run && told(run[name]) === told(value)));
}

/** The only one of several; with more than one nobody can tell which is meant. */
function theOnly<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}
