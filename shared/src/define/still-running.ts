import { PipewrightError } from '../host/error.ts';

/** Shortest and longest time until the platform runs a step again, in seconds. */
const repeatSeconds = { min: 30, max: 600 };

/** A run that outlasts the time limit of the platform. */
export interface UnfinishedRun {
  service: string;
  /** Type and name of what is run. */
  what: string;
  id: string;
  /** How long the step has waited for the run, in milliseconds, over all its repetitions. */
  waitedMs: number;
  /** Whether the step finds the same run when it runs again. */
  repeatable: boolean;
  /** Whether the vendor could send a callback instead. */
  canCallBack?: boolean;
}

/**
 * The error that ends a step because its run is active. Later steps must not run with it: the platform runs the step again, or stops.
 * The time until then is half of the time waited, so that a run is noticed within half of its duration.
 */
export function stillRunning({
  service,
  what,
  id,
  waitedMs,
  repeatable,
  canCallBack = false,
}: UnfinishedRun): PipewrightError {
  const { min, max } = repeatSeconds;
  const otherwise = `${canCallBack ? 'set Completion Method to Wait for Callback, ' : ''}turn off Wait for Completion or continue in a Zap that starts when the run has finished`;
  return new PipewrightError({
    code: 'still-running',
    service,
    message: `Run ${id} of ${what} has not finished after ${Math.round(waitedMs / 1000)} seconds.`,
    hint: repeatable
      ? { n8n: 'Run the step again later.', zapier: 'Zapier runs this step again until the run finishes.' }
      : {
          n8n: 'Get the run later by its ID.',
          zapier: `The Zap stops here, and the run continues. To let Zapier run this step again until the run finishes, map the ID of the trigger to Start Key. Otherwise ${otherwise}.`,
        },
    ...(repeatable
      ? { retryable: true, retryAfterSeconds: Math.round(Math.min(max, Math.max(min, waitedMs / 2000))) }
      : {}),
  });
}
