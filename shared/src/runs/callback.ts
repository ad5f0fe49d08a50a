import * as v from 'valibot';
import type { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { option } from '../define/fields.ts';
import type { RunProvider } from './provider.ts';
import { reportRun, type RunReport } from './report.ts';
import { isFinished, type Run } from './run.ts';
import type { WaitChoices } from './wait-fields.ts';
import { failureOf, followRun, withSteps } from './wait-for-run.ts';

/**
 * Input field of operations whose vendor can call at the end of a run.
 * @param needs what must be there for that, in one sentence
 */
export function waitByField(needs: string) {
  return {
    waitBy: v.optional(
      option(
        [
          { value: 'looking', label: 'Look Again and Again' },
          { value: 'called', label: 'Be Called at the End' },
        ],
        {
          label: 'How to Wait',
          help: `For runs that take long, be called: nothing is held meanwhile, for hours or days. ${needs} On n8n the workflow then goes on with a run that failed as well, and when the time is over before the call came, with the status timed-out.`,
          advanced: true,
        },
      ),
      'looking',
    ),
  };
}

/** What a person chose about waiting, where being called is among it. */
export interface CallbackChoices extends WaitChoices {
  waitBy: 'looking' | 'called';
}

/** A run that was started; with `kept`, its vendor calls when it has ended. */
export interface Begun {
  output: RunReport;
  /** What tells later which run it is: plain and without secrets, for platforms keep it where people can see it. */
  kept?: Record<string, unknown>;
}

/** A run that has ended; `failure` when it did not succeed. */
export interface Ended {
  output: RunReport;
  failure?: PipewrightError;
}

/** Whether nobody is to hold anything for the run. */
export function isCalled({ wait, waitBy }: CallbackChoices): boolean {
  return wait && waitBy === 'called';
}

/**
 * What follows a start that was told an address to call. A run that was found instead of started calls somebody else, if
 * anybody: it is looked at until it ends.
 */
export async function startCallbackWait(
  host: Host,
  provider: RunProvider,
  started: Run,
  kept: Record<string, unknown> | undefined,
  choices: WaitChoices,
): Promise<Begun> {
  if (kept && !isFinished(started.status)) return { output: reportRun(started), kept };
  return { output: await followRun(host, provider, started, choices) };
}

/** What became of a run: a call says only that it is worth a look. Undefined while the run goes on. */
export async function readFinishedRun(host: Host, provider: RunProvider, id: string): Promise<Ended | undefined> {
  const run = await provider.get(id);
  if (!isFinished(run.status)) return undefined;
  const whole = await withSteps(host, provider, run);
  const failure = failureOf(whole, provider);
  return { output: reportRun(whole, provider.knownCauses), ...(failure ? { failure } : {}) };
}
