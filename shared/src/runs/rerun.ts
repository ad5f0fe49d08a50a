import * as v from 'valibot';
import { PipewrightError, withDetails } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { boolean, list, text } from '../define/fields.ts';
import { followRun } from './follow-run.ts';
import type { RunProvider } from './provider.ts';
import { readRun } from './read-run.ts';
import { runFields, simpleRun, type RunReport } from './report.ts';
import { isFinished, type Run } from './run.ts';
import { keyAfter, keyFields, outlivesExecution, startKeyOf, type KeyChoices, type StartKey } from './start-key.ts';
import { isRemembered, startOnce } from './start-once.ts';
import type { WaitChoices } from './wait-fields.ts';
import { whether } from '../host/wording.ts';

/** Input fields of every operation that reruns a failed run. */
export const rerunFields = {
  dryRun: v.optional(
    boolean({
      label: 'Dry Run',
      help: whether('only list the steps that would run again, without starting anything.'),
    }),
    false,
  ),
  ...keyFields,
};

/** Output fields of every operation that reruns a failed run. */
export const rerunOutput = {
  ...runFields,
  rerunOf: text({ label: 'Failed Run ID' }),
  started: boolean({ label: 'Started' }),
  stepsToRun: list({ label: 'Steps to Rerun' }),
};

/** The outputs that a simplified output of a rerun keeps. */
export const simpleRerun = [...simpleRun, 'rerunOf', 'started', 'stepsToRun'] as const;

/** The new run, or for a dry run (`started: false`) the failed one, with the steps that run again. */
export type Rerun = RunReport & { rerunOf: string; started: boolean; stepsToRun: string[] };

/** How the vendor reruns a failed run. */
export interface RerunPlan {
  /** Reads the new run. */
  provider: RunProvider;
  /** See `Start.scope`. Default: what the new run runs. */
  scope?: string;
  /** The parameters that identify the new run if it has no key. Default: those of the failed run. */
  parameters?: Record<string, unknown>;
  /** The steps that run again, if the vendor reports them; empty means all steps. */
  steps: string[];
  start(key: StartKey): Promise<Run>;
  /** Finds the new run if its start was not confirmed. Default: among recent runs with the same parameters. */
  find?(key: StartKey): Promise<Run | undefined>;
}

/** The names of the steps that did not succeed, excluding steps of nested pipelines. */
export function unfinishedSteps({ steps }: Run): string[] {
  return steps.filter(({ status, name }) => status !== 'succeeded' && !name.includes(' › ')).map(({ name }) => name);
}

/**
 * Reruns a failed run the way the vendor does, or only lists the steps that would run again. Some vendors rerun it under its own
 * ID: a step that comes again with the same key then finds its run active or succeeded, and waits for it.
 * @throws PipewrightError `invalid-input` if the run is active or succeeded
 */
export async function rerun(
  host: Host,
  provider: RunProvider,
  input: WaitChoices & KeyChoices & { run: string; dryRun: boolean },
  plan: (failed: Run) => Promise<RerunPlan>,
): Promise<Rerun> {
  const { service } = provider;
  const failed = await readRun(host, provider, input.run);
  const displayName = `a rerun of run ${failed.id}`;
  const entered = startKeyOf(host, input, displayName);
  const isRerun = !input.dryRun && (await isRemembered(host, { ...provider, displayName }, entered.key, failed.id));
  const isRetry = isFinished(failed.status) && !failed.succeeded && (host.isRetry || !outlivesExecution(entered));
  if (isRerun && !isRetry) {
    const report = await followRun(host, provider, { ...failed, reused: true }, input, { ...provider, displayName });
    return { ...report, rerunOf: failed.id, stepsToRun: [], started: true };
  }
  if (!isFinished(failed.status)) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `Run ${input.run} of ${failed.name} has not finished.`,
      hint: 'Check the run ID. Otherwise wait until the run finishes, or cancel it.',
    });
  }
  if (failed.succeeded) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `Run ${input.run} of ${failed.name} succeeded, so there is nothing to rerun.`,
      hint: 'Check the run ID. To run everything again, start a new run.',
    });
  }
  const { provider: next, scope = next.displayName, parameters = failed.parameters, ...planned } = await plan(failed);
  const { steps, start, find } = planned;
  const summary = { rerunOf: failed.id, stepsToRun: steps };
  host.log.info(`${service}: steps of ${failed.name} to rerun: ${steps.length > 0 ? steps.join(', ') : 'all'}.`);
  if (input.dryRun) return { ...failed, ...summary, started: false };
  const startedBy: RunProvider = { ...next, displayName };
  const startKey = isRerun ? keyAfter(entered, `${failed.id} ended ${failed.finishedAt}`) : entered;
  // It would be found for the key of a retry, too, which is to start another one.
  const findFirst = find && (async (key: StartKey) => (key.key === startKey.key ? find(key) : undefined));
  const run = await startOnce(host, {
    provider: startedBy,
    scope,
    startKey,
    parameters,
    start,
    // Vendors find any rerun of the run, also one that another event or a person started.
    ...(findFirst ? { [startKey.source === 'event' ? 'findLost' : 'findByKey']: findFirst } : {}),
  });
  try {
    return { ...(await followRun(host, next, run, input, startedBy)), ...summary, started: true };
  } catch (error) {
    if (!(error instanceof PipewrightError) || !error.output) throw error;
    throw withDetails(error, { output: { ...error.output, ...summary, started: true } });
  }
}

/** A realistic output. */
export function sampleRerun<T extends { id: string }>(run: T, steps: string[]) {
  return { ...run, rerunOf: run.id, started: true, stepsToRun: steps };
}
