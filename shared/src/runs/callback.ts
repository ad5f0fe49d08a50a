import * as v from 'valibot';
import type { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { option } from '../define/fields.ts';
import { followRun, type FollowChoices } from './follow-run.ts';
import { getRun } from './get-run.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import { runFailure } from './run-failure.ts';
import { isFinished, type Run } from './run.ts';
import { withSteps } from './with-steps.ts';

/**
 * Input field of operations for vendors that can send a callback when a run finishes.
 * @param requirement what a callback needs, in one sentence
 * @param needsNoSetup whether the operation sets the callback up itself; then Zapier, which cannot poll for long, prefers it
 */
export function completionMethodField(requirement: string, needsNoSetup = false) {
  return {
    completionMethod: v.optional(
      option(
        [
          { value: 'poll', label: 'Poll', description: 'Check the run status until the run finishes' },
          {
            value: 'callback',
            label: 'Wait for Callback',
            description: 'Pause until the service reports that the run has finished; best for long runs',
          },
        ],
        {
          label: 'Completion Method',
          help: `How to detect that the run has finished. ${requirement}`,
          advanced: true,
          ...(needsNoSetup ? { defaultOnZapier: 'callback' } : {}),
        },
      ),
      'poll',
    ),
  };
}

/** The checked values of `waitFields` and `completionMethodField`. */
export interface CallbackChoices extends FollowChoices {
  completionMethod: 'poll' | 'callback';
}

/** A started run; with `kept`, its vendor sends a callback when the run finishes. */
export interface CallbackStart {
  output: RunReport;
  /** Identifies the run when the callback arrives. Contains no secrets, because platforms store it where users can see it. */
  kept?: Record<string, unknown>;
}

/** A finished run; `failure` is set unless the run succeeded. */
export interface FinishedRun {
  output: RunReport;
  failure?: PipewrightError;
}

/** Whether the step waits for a callback instead of polling. */
export function usesCallback({ wait, completionMethod }: CallbackChoices): boolean {
  return wait && completionMethod === 'callback';
}

/** The result of a start with a callback URL. */
export interface CallbackWait {
  started: Run;
  /** Identifies the run when its callback arrives; undefined if no callback is coming. */
  kept: Record<string, unknown> | undefined;
  choices: FollowChoices;
}

/** Continues after a start with a callback URL. A reused run does not call that URL, so it is polled. */
export async function startCallbackWait(
  host: Host,
  provider: RunProvider,
  { started, kept, choices }: CallbackWait,
): Promise<CallbackStart> {
  if (kept && !isFinished(started.status)) return { output: reportRun(started), kept };
  return { output: await followRun(host, provider, started, choices) };
}

/** Reads a run after a callback, which is never trusted by itself. Undefined while the run is active. */
export async function readFinishedRun(host: Host, provider: RunProvider, id: string): Promise<FinishedRun | undefined> {
  const run = await getRun(provider, id);
  if (!isFinished(run.status)) return undefined;
  const complete = await withSteps(host, provider, run);
  return withoutUndefined({
    output: reportRun(complete, provider.knownCauses),
    failure: runFailure(complete, provider.knownCauses),
  });
}
