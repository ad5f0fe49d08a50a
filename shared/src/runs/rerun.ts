import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { boolean, list, text } from '../define/fields.ts';
import type { RunProvider } from './provider.ts';
import { runFields, type RunReport } from './report.ts';
import { isFinished, type Run } from './run.ts';
import { startFields, startKeyOf } from './start-key.ts';
import { startOnce } from './start-once.ts';
import type { WaitChoices } from './wait-fields.ts';
import { followRun, readRun } from './wait-for-run.ts';

/** Input fields of every operation that runs a failed run again. */
export const rerunFields = {
  onlySay: v.optional(
    boolean({
      label: 'Only Say What Would Run',
      help: 'Whether to start nothing, and only name the steps that would run again.',
    }),
    false,
  ),
  startKey: startFields.startKey,
};

/** Output fields of every operation that runs a failed run again. */
export const rerunOutput = {
  ...runFields,
  rerunOf: text({ label: 'ID of the Failed Run' }),
  started: boolean({ label: 'Started' }),
  stepsToRun: list({ label: 'Steps That Run Again' }),
};

/** The run that was started, or with `started: false` the failed one, and which steps run again. */
export type Rerun = RunReport & { rerunOf: string; started: boolean; stepsToRun: string[] };

/** How the vendor runs a failed run again. */
export interface RerunPlan {
  /** Where the new run is found. */
  provider: RunProvider;
  /** The steps that run again, as far as the vendor tells; empty: all of them. */
  steps: string[];
  start(): Promise<Run>;
  /** Looks for the new run after its start was not answered; default: among the recent runs with the same parameters. */
  find?(): Promise<Run | undefined>;
}

/** The names of the steps that did not succeed, without those of pipelines that a step ran. */
export function unfinishedSteps({ steps }: Run): string[] {
  return steps.filter(({ status, name }) => status !== 'succeeded' && !name.includes(' › ')).map(({ name }) => name);
}

/**
 * Runs a failed run again in the vendor's way, and says first which steps that are.
 * @throws PipewrightError `bad-input` when the run goes on or succeeded
 */
export async function rerun(
  host: Host,
  provider: RunProvider,
  input: WaitChoices & { run: string; onlySay: boolean; startKey?: string | undefined },
  plan: (failed: Run) => Promise<RerunPlan>,
): Promise<Rerun> {
  const { service } = provider;
  const failed = await readRun(host, provider, input.run);
  if (!isFinished(failed.status)) {
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: `The run ${input.run} of ${failed.name} has not ended.`,
      hint: 'Check the run ID, or wait for its end; cancel the run if it hangs.',
    });
  }
  if (failed.succeeded) {
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: `The run ${input.run} of ${failed.name} succeeded, so nothing is left to run again.`,
      hint: 'Check the run ID. To run everything once more, start a new run.',
    });
  }
  const { provider: next, steps, start, find } = await plan(failed);
  const told = { rerunOf: failed.id, stepsToRun: steps };
  host.log.info(`${service}: of ${failed.name}, ${steps.length > 0 ? steps.join(', ') : 'everything'} runs again.`);
  if (input.onlySay) return { ...failed, ...told, started: false };
  const run = await startOnce(host, {
    provider: { ...next, what: `the failed run ${failed.id} again` },
    scope: next.what,
    startKey: startKeyOf(host, input.startKey),
    parameters: failed.parameters,
    start,
    ...(find ? { findByKey: find } : {}),
  });
  return { ...(await followRun(host, next, run, input)), ...told, started: true };
}

/** A realistic output. */
export function sampleRerun<T extends { id: string }>(run: T, steps: string[]) {
  return { ...run, rerunOf: run.id, started: true, stepsToRun: steps };
}
