import * as v from 'valibot';
import { option, text, values, withInfo } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Wording } from '../../host/wording.ts';
import { rerunBranches } from '../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun } from '../../runs/rerun.ts';
import type { Run } from '../../runs/run.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { service } from './api.ts';
import type { FabricConnection } from './connection-fields.ts';
import { itemKinds, openItem, runnableField, type Item, type ItemKind } from './items.ts';
import { jobsOf, runField, sampleJobRun } from './jobs.ts';
import { typedParameters } from './notebook-parameters.ts';
import { sendStart } from './start-job.ts';
import { workspaceField } from './workspaces.ts';

const onlyWith = (value: string) => ({ shownWhen: { field: 'parametersOfRun', is: [value] } });

const parameterFields = {
  parametersOfRun: option(
    [
      { value: 'none', label: 'None', description: 'The failed run had no parameters and no arguments' },
      {
        value: 'parameters',
        label: 'Parameters',
        description: 'Of a pipeline or notebook; they are entered again in this step',
      },
      { value: 'arguments', label: 'Arguments', description: 'Of a Spark job; they are entered again in this step' },
    ],
    {
      label: 'Parameters of Failed Run',
      help: 'Fabric does not report the parameters of a run. Select None only if the failed run had none.',
    },
  ),
  parameters: v.optional(
    values({
      label: 'Parameters',
      help: 'The parameters of the failed run of a pipeline or notebook. Use JSON for numbers, true and false.',
      placeholder: '{"reportDate": "2026-11-20"}',
      ...onlyWith('parameters'),
    }),
  ),
  arguments: v.optional(
    text({
      label: 'Arguments',
      help: 'The command-line arguments of the failed run of a Spark job definition, separated by spaces.',
      placeholder: '--date 2026-11-20',
      ...onlyWith('arguments'),
    }),
  ),
  configuration: v.optional(
    values({
      label: 'Session Configuration',
      help: 'The settings of the Spark session in the failed run of a notebook.',
      placeholder: '{"useStarterPool": true}',
      advanced: true,
      ...onlyWith('parameters'),
    }),
  ),
};

const invalid = (message: string, hint: Wording): PipewrightError =>
  new PipewrightError({ code: 'invalid-input', service, message, hint });

/**
 * The kind of an item whose run can be repeated.
 * @throws PipewrightError `invalid-input` for another item, or a run of another kind
 */
function kindOf({ type, name }: Item, { id, details }: Run): ItemKind {
  const kind = Object.values<ItemKind>(itemKinds).find((one) => one.type === type);
  if (!kind)
    throw invalid(
      `“${name}” cannot be run again by Pipewright; its type is ${type}.`,
      'Rerun it in Fabric. Pipewright runs pipelines, notebooks and Spark job definitions.',
    );
  const jobType = details?.['jobType'];
  if (typeof jobType !== 'string' || jobType.toLowerCase() === kind.jobType.toLowerCase()) return kind;
  throw invalid(
    `Run ${id} of “${name}” is a job of type ${jobType}, which cannot be repeated as ${kind.jobType}.`,
    'Rerun it in Fabric.',
  );
}

/** The parameters that were entered for a rerun. */
type Entered = Partial<v.InferOutput<v.ObjectSchema<typeof parameterFields, undefined>>>;

/**
 * What is sent with the start, as `executionData`.
 * @throws PipewrightError `invalid-input` if nothing was entered, or something that the item does not take
 */
function executionDataOf(kind: ItemKind, entered: Entered): Record<string, unknown> {
  const { parametersOfRun = 'none', parameters = {}, arguments: commandLineArguments, configuration } = entered;
  if (parametersOfRun === 'none') return {};
  const isSpark = kind === itemKinds.sparkJob;
  if (isSpark !== (parametersOfRun === 'arguments'))
    throw invalid(
      `A ${kind.noun} has ${isSpark ? 'arguments, not parameters' : 'parameters, not arguments'}.`,
      `Set “Parameters of Failed Run” to ${isSpark ? 'Arguments' : 'Parameters'} or None.`,
    );
  const hasParameters = Object.keys(parameters).length > 0;
  if (isSpark ? !commandLineArguments : !hasParameters && !configuration)
    throw invalid(
      `“${isSpark ? 'Arguments' : 'Parameters'}” is empty.`,
      'Fill in what the failed run had, or set “Parameters of Failed Run” to None.',
    );
  if (isSpark) return { commandLineArguments };
  if (kind === itemKinds.notebook)
    return { parameters: hasParameters ? typedParameters(parameters) : undefined, configuration };
  if (!configuration) return { parameters };
  throw invalid(`A ${kind.noun} does not take “Session Configuration”.`, 'Empty the field.');
}

/**
 * Runs an item again from its first step. Fabric neither resumes a run nor reports its parameters, so they are entered again.
 * @see https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/run-on-demand-item-job
 */
export const rerunFailedRun = defineAction<FabricConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Job Run',
  description: 'Runs a pipeline, notebook or Spark job again after a failed run.',
  effect: 'unsafe',
  input: {
    workspace: workspaceField,
    item: runnableField,
    run: runField,
    ...parameterFields,
    ...rerunFields,
    ...waitFields,
    // Zapier shows at most eight fields before the advanced ones.
    onFailure: withInfo(waitFields.onFailure, { advanced: true }),
  },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(sampleJobRun, ['Copy claims']),
  async run(input, context) {
    const { host } = context;
    const item = await openItem(input.workspace, input.item, context);
    const provider = jobsOf(item, host);
    return rerun(host, provider, input, async (failed) => {
      const kind = kindOf(item, failed);
      const executionData = executionDataOf(kind, input);
      return {
        provider,
        parameters: executionData,
        steps: failed.steps.map(({ name }) => name),
        start: () => sendStart(item, kind, executionData),
      };
    });
  },
});
