import { PipewrightError, withDetails } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { tellFailure } from './explain.ts';
import { pauseFor, usualLength } from './poll-interval.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import { isFinished, type Run } from './run.ts';
import type { WaitChoices } from './wait-fields.ts';

/** A status that is read too early may not be there yet: this long, in milliseconds, a missing run is waited for. */
const appearance = 30_000;

/** So long, in milliseconds, the status may be refused because of the login: a new token may be on its way. */
const loginPatienceMs = 5 * 60_000;

/** From this age on, in milliseconds, it is worth a call to ask how long such runs take. */
const worthAsking = 25_000;

/**
 * Waits for the end of a run. Looks at once, then ever less often; what the vendor asks by Retry-After wins. Throttling, server
 * errors, broken connections and answers that cannot be read never end the wait, and a login that is refused only after five
 * minutes. The deadline is a timestamp that bounds every single answer, so that neither sleeps nor slow answers move it.
 * @returns the run with its steps; when the platform's own limit ended the wait, as it is, with `finished: false`
 * @throws PipewrightError `run-failed` when it did not succeed and `onFailure` is `stop`; `timed-out` at the deadline;
 * `cancelled` when the user stopped the execution
 */
export async function waitForRun(
  host: Host,
  provider: RunProvider,
  id: string,
  choices: WaitChoices,
): Promise<RunReport> {
  const begin = host.now();
  const limit = host.maxWaitSeconds === undefined ? Infinity : begin + host.maxWaitSeconds * 1000;
  const deadline = begin + choices.timeoutMinutes * 60_000;
  const end = Math.min(limit, deadline);
  const pace = host.maxWaitSeconds === undefined ? 'patient' : 'brief';
  const usual = usualOf(provider);
  let run: Run | undefined;
  let faultySince: number | undefined;
  let fault: PipewrightError | undefined;
  for (;;) {
    if (host.signal?.aborted) throw await giveUp(host, provider, id, choices, 'cancelled');
    let wait = 0;
    try {
      run = await provider.get(id, { endsAt: end });
      faultySince = undefined;
      fault = undefined;
    } catch (error) {
      if (host.signal?.aborted) throw await giveUp(host, provider, id, choices, 'cancelled');
      faultySince ??= host.now();
      if (!isPassing(error, host.now() - begin, host.now() - faultySince)) throw unreadable(error, provider, id);
      fault = error;
      wait = (error.retryAfterSeconds ?? 0) * 1000;
      host.log.warn(`${provider.service} did not return the status of the run; it is read again.`);
    }
    if (run && isFinished(run.status)) return conclude(await withSteps(host, provider, run), provider, choices);
    const age = host.now() - begin;
    wait = Math.max(
      wait,
      pauseFor({ age, usual: age < worthAsking || pace === 'brief' ? undefined : await usual() }, host.random(), pace),
    );
    if (host.now() >= end || (limit < deadline && host.now() + wait >= limit)) {
      if (deadline <= limit) throw await giveUp(host, provider, id, choices, 'timed-out', fault);
      if (run) return reportRun(run);
      throw new PipewrightError({
        code: 'unavailable',
        service: provider.service,
        message: `The run ${id} of ${provider.what} was started, but its status could not be read.${fault ? ` ${fault.message}` : ''}`,
        hint: 'Read it later with the run ID.',
        retryable: false,
      });
    }
    try {
      await host.sleep(Math.min(wait, end - host.now()));
    } catch (error) {
      if (host.signal?.aborted) throw await giveUp(host, provider, id, choices, 'cancelled');
      throw error;
    }
  }
}

/** Starts nothing: the run with its steps as it stands now or, if that is wished, at its end. */
export async function readRun(
  host: Host,
  provider: RunProvider,
  id: string,
  { wait, timeoutMinutes }: Pick<WaitChoices, 'wait' | 'timeoutMinutes'> = { wait: false, timeoutMinutes: 0 },
): Promise<RunReport> {
  if (wait) return waitForRun(host, provider, id, { wait, timeoutMinutes, onFailure: 'continue', onTimeout: 'leave' });
  return reportRun(await withSteps(host, provider, await provider.get(id)), provider.knownCauses);
}

/** What follows a start: waits, or gives back the run as it is. */
export async function followRun(
  host: Host,
  provider: RunProvider,
  started: Run,
  choices: WaitChoices,
): Promise<RunReport> {
  host.log.info(`${provider.service}: run ${started.id} of ${provider.what} was started.`);
  return choices.wait ? waitForRun(host, provider, started.id, choices) : reportRun(started);
}

/** Asks once how long runs of this kind take; nothing is worth failing for it. */
function usualOf({ recent }: RunProvider): () => Promise<number | undefined> {
  let asked: Promise<number | undefined> | undefined;
  return () => (asked ??= recent ? recent().then(usualLength, () => undefined) : Promise.resolve(undefined));
}

function isPassing(error: unknown, age: number, faulty: number): error is PipewrightError {
  if (!(error instanceof PipewrightError)) return false;
  if (error.code === 'unauthorized') return faulty < loginPatienceMs;
  return error.retryable || error.code === 'unexpected-answer' || (error.code === 'not-found' && age < appearance);
}

/** The error of a status that cannot be read any more says that the run itself is not affected. */
function unreadable(error: unknown, { what }: RunProvider, id: string): unknown {
  if (!(error instanceof PipewrightError)) return error;
  return withDetails(error, {
    message: `The status of the run ${id} of ${what} cannot be read, and the run may still be active. ${error.message}`,
    retryable: false,
  });
}

/** The run with its steps, where they can be read. */
export async function withSteps(host: Host, provider: RunProvider, run: Run): Promise<Run> {
  if (!provider.steps) return run;
  try {
    return { ...run, steps: await provider.steps(run) };
  } catch {
    host.log.warn(`${provider.service} did not return the steps of the run ${run.id}.`);
    return run;
  }
}

function conclude(run: Run, provider: RunProvider, choices: WaitChoices): RunReport {
  const failure = failureOf(run, provider);
  if (failure && choices.onFailure === 'stop') throw failure;
  return reportRun(run, provider.knownCauses);
}

/** The error of a run that did not succeed: which step, why, what to do, and where to look; undefined for any other. */
export function failureOf(run: Run, { knownCauses }: RunProvider): PipewrightError | undefined {
  const failure = tellFailure(run, knownCauses);
  const look = run.url ? `Look at ${run.url}` : `Look for the run ${run.id} in ${run.service}`;
  return (
    failure &&
    new PipewrightError({
      code: 'run-failed',
      service: run.service,
      message: failure.what,
      hint: `${failure.advice} ${look}`,
    })
  );
}

async function giveUp(
  host: Host,
  provider: RunProvider,
  id: string,
  choices: WaitChoices,
  code: 'timed-out' | 'cancelled',
  fault?: PipewrightError,
): Promise<PipewrightError> {
  let fate = 'It is still running.';
  if (choices.onTimeout === 'cancel') {
    try {
      await provider.cancel(id);
      fate = 'It was asked to stop.';
    } catch {
      fate = 'It was asked to stop, but that failed: look at it.';
    }
  }
  const message =
    code === 'timed-out'
      ? `The run ${id} of ${provider.what} had not finished after ${choices.timeoutMinutes} minutes.`
      : `The step was stopped while it waited for the run ${id} of ${provider.what}.`;
  if (fault)
    fate = `Its status could not be read at the end: ${fault.message} ${fate === 'It is still running.' ? 'It may still be running.' : fate}`;
  const hint = code === 'timed-out' ? `${fate} Allow more minutes, or read the run later with its ID.` : fate;
  return new PipewrightError({ code, service: provider.service, message, hint });
}
