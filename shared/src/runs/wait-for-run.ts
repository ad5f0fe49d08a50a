import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';
import { isFinished, reportRun, type Run, type RunReport } from './run.ts';
import type { WaitChoices } from './wait-fields.ts';

/** How long to sleep between two looks at a run. */
interface Pace {
  /** Milliseconds before the second look. */
  first: number;
  /** The longest sleep in milliseconds. */
  most: number;
}

/** Where a worker may be held for long, patience is cheaper than calls; within Zapier's seconds it is the other way round. */
const paces = { patient: { first: 5_000, most: 60_000 }, brief: { first: 1_000, most: 4_000 } } as const;

/** A status that is read too early may not be there yet: this long, in milliseconds, a missing run is waited for. */
const appearance = 30_000;

/**
 * Milliseconds until the next look: it grows with the age of the run (a twentieth of it, so that an end is noticed within
 * 5 % of the run's length), within the pace, with a little chance so that many waiters do not come together.
 */
export function pauseFor(age: number, random: number, pace: Pace = paces.patient): number {
  const grown = Math.min(pace.most, Math.max(pace.first, age / 20));
  return grown * (0.9 + 0.1 * random);
}

/**
 * Waits for the end of a run. Looks at once, then ever more seldom; what the vendor asks by Retry-After wins; throttling,
 * server errors and broken connections never end the wait; the deadline is a moment, so that sleeps cannot push it away.
 * @returns the run with its steps; when the platform's own limit ended the wait, as it is, with `finished: false`
 * @throws PipewrightError `run-failed` when it did not succeed and `onFailure` is `stop`; `timed-out` at the deadline;
 * `cancelled` when the user stopped the execution
 */
export async function waitForRun(host: Host, provider: RunProvider, id: string, choices: WaitChoices): Promise<RunReport> {
  const begin = host.now();
  const limit = host.longestWaitSeconds === undefined ? Infinity : begin + host.longestWaitSeconds * 1000;
  const deadline = begin + choices.timeoutMinutes * 60_000;
  const pace = host.longestWaitSeconds === undefined ? paces.patient : paces.brief;
  let run: Run | undefined;
  for (;;) {
    if (host.signal?.aborted) throw await giveUp(host, provider, id, choices, 'cancelled');
    let wait = pauseFor(host.now() - begin, host.random(), pace);
    try {
      run = await provider.get(id);
      if (isFinished(run.status)) return conclude(await withSteps(host, provider, run), choices);
    } catch (error) {
      if (!isPassing(error, host.now() - begin)) throw error;
      wait = Math.max(wait, ((error as PipewrightError).retryAfterSeconds ?? 0) * 1000);
      host.log.warn(`${provider.service} could not tell the status of the run; it is asked again.`);
    }
    const end = Math.min(limit, deadline);
    if (host.now() >= end || (limit < deadline && host.now() + wait >= limit)) {
      if (deadline <= limit) throw await giveUp(host, provider, id, choices, 'timed-out');
      if (run) return reportRun(run);
      throw new PipewrightError({ code: 'unavailable', service: provider.service, message: `The run ${id} of ${provider.what} was started, but its status could not be read.`, hint: 'Read it later with the run ID.', retryable: false });
    }
    try {
      await host.sleep(Math.min(wait, end - host.now()));
    } catch (error) {
      if (host.signal?.aborted) throw await giveUp(host, provider, id, choices, 'cancelled');
      throw error;
    }
  }
}

/** Starts nothing and waits for nothing: the run with its steps as it stands now. */
export async function readRun(host: Host, provider: RunProvider, id: string): Promise<RunReport> {
  return reportRun(await withSteps(host, provider, await provider.get(id)));
}

/** What follows a start: waits, or gives back the run as it is. */
export async function followRun(host: Host, provider: RunProvider, started: Run, choices: WaitChoices): Promise<RunReport> {
  host.log.info(`${provider.service}: run ${started.id} of ${provider.what} was started.`);
  return choices.wait ? waitForRun(host, provider, started.id, choices) : reportRun(started);
}

function isPassing(error: unknown, age: number): boolean {
  if (!(error instanceof PipewrightError)) return false;
  return error.retryable || (error.code === 'not-found' && age < appearance);
}

async function withSteps(host: Host, provider: RunProvider, run: Run): Promise<Run> {
  if (!provider.steps) return run;
  try {
    return { ...run, steps: await provider.steps(run) };
  } catch {
    host.log.warn(`${provider.service} did not tell the steps of the run ${run.id}.`);
    return run;
  }
}

function conclude(run: Run, choices: WaitChoices): RunReport {
  const report = reportRun(run);
  if (report.succeeded || choices.onFailure === 'continue') return report;
  throw runFailed(report);
}

/** The error of a run that did not succeed: which step, why, and where to look. */
export function runFailed(run: RunReport): PipewrightError {
  const end = run.status === 'cancelled' ? 'was cancelled' : run.status === 'timed-out' ? 'timed out' : 'failed';
  const step = run.failedStep ? ` at “${run.failedStep}”` : '';
  const why = run.failedMessage ?? run.message;
  const look = run.url ? `Look at ${run.url}` : `Look for the run ${run.id} in ${run.service}`;
  return new PipewrightError({
    code: 'run-failed',
    service: run.service,
    message: `The run of ${run.name} ${end}${step}${why ? `: ${why.replace(/[.\s]+$/, '')}` : ''}.`,
    hint: `${look}, put the cause right and run it again.`,
  });
}

async function giveUp(host: Host, provider: RunProvider, id: string, choices: WaitChoices, code: 'timed-out' | 'cancelled'): Promise<PipewrightError> {
  let fate = 'It goes on.';
  if (choices.onTimeout === 'cancel') {
    try {
      await provider.cancel(id);
      fate = 'It was asked to stop.';
    } catch {
      fate = 'It was asked to stop, but that failed: look at it.';
    }
  }
  const message = code === 'timed-out' ? `The run ${id} of ${provider.what} had not finished after ${choices.timeoutMinutes} minutes.` : `The step was stopped while it waited for the run ${id} of ${provider.what}.`;
  const hint = code === 'timed-out' ? `${fate} Allow more minutes, or read the run later with its ID.` : fate;
  return new PipewrightError({ code, service: provider.service, message, hint });
}
