import { stillRunning } from '../define/still-running.ts';
import { PipewrightError, withDetails } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { redact } from '../host/redact.ts';
import { medianDurationMs, pollDelayMs, pollLimits } from './poll-interval.ts';
import { getRun } from './get-run.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, runReference, type RunReport } from './report.ts';
import { runFailure } from './run-failure.ts';
import { isFinished, type Run } from './run.ts';
import { timedOut } from './timed-out.ts';
import { readWaitStart, writeWaitStart } from './wait-start.ts';
import type { WaitChoices } from './wait-fields.ts';
import { withSteps } from './with-steps.ts';

/** For how long "not found" does not end the wait, because vendors may return a new run with a delay. */
const notFoundGraceMs = 30_000;

/** For how long a refused login does not end the wait, because a new token may arrive. */
const unauthorizedGraceMs = 5 * 60_000;

/** Minimum age of a run before the durations of recent runs are requested. */
const medianLookupAgeMs = 25_000;

/** How much longer than the timeout the start of a wait is remembered, in seconds. */
const keptSeconds = 3600;

interface Wait {
  host: Host;
  provider: RunProvider;
  id: string;
  choices: WaitChoices;
}

/**
 * Polls a run until it finishes: once immediately, then at growing intervals that respect Retry-After. Throttling, server
 * errors, broken connections and unreadable responses never end the wait; a refused login does after five minutes. The
 * deadline is a timestamp that also limits each request, so slow responses cannot extend the wait.
 *
 * If the platform's own time limit ends the wait first, the step fails with `still-running` and the platform may run it again; the
 * deadline then counts from the first time. The test of a step returns the active run instead, if the step waits for it outside tests.
 * @param repeatable whether the step finds the same run when it runs again
 * @returns the run with its steps
 * @throws PipewrightError `run-failed` if the run did not succeed and `onFailure` is `stop`, and `timed-out` at the deadline, both
 * with the run as `output`; `still-running` at the platform's time limit; `cancelled` if the execution was stopped
 */
export async function waitForRun(
  host: Host,
  provider: RunProvider,
  id: string,
  choices: WaitChoices,
  { repeatable }: { repeatable: boolean } = { repeatable: false },
): Promise<RunReport> {
  const wait: Wait = { host, provider, id, choices };
  const isLimited = host.maxWaitSeconds !== undefined;
  const isRepeated = isLimited && repeatable;
  const calledAt = host.now();
  const startedAt = (isRepeated ? await readWaitStart(host, provider, id, choices) : undefined) ?? calledAt;
  const platformDeadline = calledAt + (host.maxWaitSeconds ?? Infinity) * 1000;
  const timeoutDeadline = startedAt + choices.timeoutMinutes * 60_000;
  const deadline = Math.min(platformDeadline, timeoutDeadline);
  const medianMs = medianOf(provider);
  let run: Run | undefined;
  let failingSince: number | undefined;
  let lastError: PipewrightError | undefined;
  for (;;) {
    if (host.signal?.aborted) throw await stopWaiting(wait, 'cancelled');
    let delayMs = 0;
    try {
      run = await getRun(provider, id, { endsAt: deadline });
      failingSince = undefined;
      lastError = undefined;
    } catch (error) {
      if (host.signal?.aborted) throw await stopWaiting(wait, 'cancelled');
      failingSince ??= host.now();
      if (!isTransient(error, { ageMs: host.now() - startedAt, failingMs: host.now() - failingSince }))
        throw unreadableStatus(error, provider, id);
      lastError = error;
      delayMs = (error.retryAfterSeconds ?? 0) * 1000;
      host.log.warn(`${provider.service} did not return the run status. Retrying.`);
    }
    if (run && isFinished(run.status)) {
      if (isRepeated) await writeWaitStart(host, provider, id, choices);
      return finish(await withSteps(host, provider, run), provider, choices);
    }
    const ageMs = host.now() - startedAt;
    const interval = pollDelayMs({
      ageMs,
      medianMs: ageMs < medianLookupAgeMs || isLimited ? undefined : await medianMs(),
      random: host.random(),
      limits: isLimited ? pollLimits.limited : pollLimits.unlimited,
    });
    delayMs = Math.max(delayMs, interval);
    if (host.now() >= deadline || (platformDeadline < timeoutDeadline && host.now() + delayMs >= platformDeadline)) {
      if (timeoutDeadline <= platformDeadline) {
        if (isRepeated) await writeWaitStart(host, provider, id, choices);
        throw await stopWaiting(wait, 'timed-out', run, lastError);
      }
      const isAwaitedOutsideTests = repeatable || choices.completionMethod === 'callback';
      if (run && host.isTest && isAwaitedOutsideTests) return reportRun(run);
      if (isRepeated) {
        const entry = { since: startedAt, seconds: choices.timeoutMinutes * 60 + keptSeconds };
        await writeWaitStart(host, provider, id, choices, entry);
      }
      const { service, displayName } = provider;
      const canCallBack = choices.completionMethod !== undefined;
      const unfinished = stillRunning({
        service,
        what: displayName,
        id,
        waitedMs: host.now() - startedAt,
        repeatable,
        canCallBack,
      });
      throw run || !lastError
        ? unfinished
        : withDetails(unfinished, { message: `${unfinished.message} ${lastError.message}` });
    }
    try {
      await host.sleep(Math.min(delayMs, deadline - host.now()));
    } catch (error) {
      if (host.signal?.aborted) throw await stopWaiting(wait, 'cancelled');
      throw error;
    }
  }
}

/** Looks up the median duration of recent runs at most once; undefined if that fails. */
function medianOf({ recent }: RunProvider): () => Promise<number | undefined> {
  let median: Promise<number | undefined> | undefined;
  return () => (median ??= recent ? recent().then(medianDurationMs, () => undefined) : Promise.resolve(undefined));
}

/** Whether polling may continue after an error. */
function isTransient(
  error: unknown,
  { ageMs, failingMs }: { ageMs: number; failingMs: number },
): error is PipewrightError {
  if (!(error instanceof PipewrightError)) return false;
  if (error.code === 'unauthorized') return failingMs < unauthorizedGraceMs;
  return (
    error.retryable || error.code === 'unexpected-response' || (error.code === 'not-found' && ageMs < notFoundGraceMs)
  );
}

/** Adds to an error that ended the wait a note that the run may still be active. */
function unreadableStatus(error: unknown, { displayName }: RunProvider, id: string): unknown {
  if (!(error instanceof PipewrightError)) return error;
  return withDetails(error, {
    message: `The status of run ${id} of ${displayName} could not be read, and the run may still be active. ${error.message}`,
    retryable: false,
  });
}

function finish(run: Run, { knownCauses }: RunProvider, { onFailure }: WaitChoices): RunReport {
  const failure = runFailure(run, knownCauses);
  const report = reportRun(run, knownCauses);
  if (failure && onFailure === 'stop') throw withDetails(failure, { output: { ...report } });
  return report;
}

/** Whether a run is active, as far as its last status says. */
function activity(run: Run | undefined): string {
  if (run?.status !== 'unknown' || !run.vendorStatus) return 'The run is still active.';
  return `Its last status, “${redact(run.vendorStatus)}”, is not known, so the run may still be active.`;
}

/**
 * Cancels the run if the user chose to.
 * @param run the run as last read
 * @param statusError why the last status could not be read
 * @returns the error that ends the wait
 */
async function stopWaiting(
  { host, provider, id, choices }: Wait,
  code: 'timed-out' | 'cancelled',
  run?: Run,
  statusError?: PipewrightError,
): Promise<PipewrightError> {
  let outcome = statusError ? 'The run may still be active.' : activity(run);
  if (choices.onTimeout === 'cancel') {
    try {
      await provider.cancel(id);
      outcome = 'Cancellation of the run was requested.';
    } catch {
      host.log.warn(`${provider.service}: could not cancel run ${id}.`);
      outcome = `The run could not be canceled; check it in ${provider.service}.`;
    }
  }
  if (statusError) outcome = `The status could not be read at the end: ${statusError.message} ${outcome}`;
  if (code === 'cancelled')
    return new PipewrightError({
      code,
      service: provider.service,
      message: `The step was stopped while waiting for run ${id} of ${provider.displayName}.`,
      hint: outcome,
    });
  const { service, displayName } = provider;
  const report = run ? reportRun(run) : runReference({ id, service, name: displayName });
  return timedOut({ run: { ...report, id, service }, what: displayName, minutes: choices.timeoutMinutes, outcome });
}
