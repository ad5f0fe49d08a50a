import { services } from '../../../shared/src/catalog.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import type { Fields } from '../../../shared/src/define/fields.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Trigger } from '../../../shared/src/define/trigger.ts';
import { keyOf } from '../../../zapier-app/adapter/names.ts';
import { identified, withJsonTexts } from '../../../zapier-app/adapter/output-fields.ts';

type Step = Operation | Trigger;

const steps = new Map<string, Step>(
  services.flatMap((service) =>
    [...service.operations, ...service.triggers].map((step): [string, Step] => [keyOf(service, step), step]),
  ),
);

function stepOf(key: string): Step {
  const step = steps.get(key);
  if (!step) throw new Error(`There is no step ${key}.`);
  return step;
}

/** The sample of a step as Zapier shows it, with the ID of a trigger. */
function outputOf(key: string): Record<string, unknown> {
  const step = stepOf(key);
  if (step.kind !== 'trigger') return withJsonTexts(step.output, step.sample);
  const { output, sample } = identified(step);
  return withJsonTexts(output, sample);
}

/** What a field receives when an output is mapped to it: Zapier inserts values as text. */
function mapped(from: string, output: string, to: string, input: string): unknown {
  const value = outputOf(from)[output];
  expect([output, value === undefined || typeof value === 'object']).toEqual([output, false]);
  const field = stepOf(to).input[input];
  if (!field) throw new Error(`${to} has no field ${input}.`);
  const fields: Fields = { [input]: field };
  return checkInput(fields, { [input]: String(value) })[input];
}

/** Every step that outputs a run. */
const runSteps = [...steps].filter(([, { output }]) => 'status' in output && 'steps' in output).map(([key]) => key);

describe.each(runSteps)('A run of %s', (from) => {
  it('can be shown as a card in Slack', () => {
    for (const [output, input] of [
      ['id', 'runId'],
      ['name', 'runName'],
      ['status', 'runStatus'],
      ['runJson', 'run'],
    ] as const)
      expect([input, mapped(from, output, 'slack_post_run_card', input)]).not.toContain(undefined);
    for (const [output, input] of [
      ['durationSeconds', 'runSeconds'],
      ['explanation', 'runExplanation'],
      ['url', 'runUrl'],
    ] as const)
      if (outputOf(from)[output] !== undefined) mapped(from, output, 'slack_post_run_card', input);
  });

  it('can be drawn as a timeline', () => {
    expect(mapped(from, 'runJson', 'slack_draw_run_timeline', 'run')).toMatchObject({
      id: outputOf(from)['id'],
      steps: outputOf(from)['steps'],
    });
  });
});

/** An output and the input that it is meant for, as the documentation and the guides connect them. */
const pairs = [
  ['quantemplate_run_pipeline', 'id', 'quantemplate_get_pipeline_run', 'execution'],
  ['quantemplate_run_pipeline', 'id', 'quantemplate_download_pipeline_output', 'execution'],
  ['quantemplate_dataset_updated', 'datasetId', 'quantemplate_download_dataset', 'dataset'],
  ['quantemplate_dataset_updated', 'id', 'data_factory_run_pipeline', 'startKey'],
  ['dbt_run_job', 'id', 'dbt_get_job_run', 'run'],
  ['dbt_run_job', 'id', 'dbt_cancel_job_run', 'run'],
  ['dbt_run_job', 'id', 'dbt_rerun_failed_run', 'run'],
  ['dbt_run_job', 'id', 'dbt_download_artifact', 'run'],
  ['dbt_job_run_completed', 'runId', 'dbt_get_job_run', 'run'],
  ['dbt_job_run_completed', 'runId', 'mode_run_report', 'startKey'],
  ['dbt_find_job', 'id', 'dbt_run_job', 'job'],
  ['mode_run_report', 'id', 'mode_get_report_run', 'run'],
  ['mode_run_report', 'id', 'mode_download_results', 'run'],
  ['mode_find_report', 'id', 'mode_run_report', 'report'],
  ['data_factory_run_pipeline', 'id', 'data_factory_get_pipeline_run', 'run'],
  ['data_factory_run_pipeline', 'id', 'data_factory_cancel_pipeline_run', 'run'],
  ['data_factory_run_pipeline', 'id', 'data_factory_rerun_failed_run', 'run'],
  ['data_factory_find_pipeline', 'id', 'data_factory_run_pipeline', 'pipeline'],
  ['data_factory_find_trigger', 'id', 'data_factory_start_trigger', 'trigger'],
  ['synapse_run_pipeline', 'id', 'synapse_get_pipeline_run', 'run'],
  ['synapse_run_spark_job', 'id', 'synapse_get_spark_job', 'job'],
  ['databricks_run_job', 'id', 'databricks_get_run', 'run'],
  ['databricks_run_job', 'id', 'databricks_get_run_output', 'run'],
  ['databricks_find_job', 'id', 'databricks_run_job', 'job'],
  ['slack_find_channel', 'id', 'slack_send_message', 'channel'],
  ['slack_find_user_by_email', 'id', 'slack_send_message', 'channel'],
  ['slack_send_message', 'id', 'slack_send_message', 'thread'],
  ['slack_post_run_card', 'id', 'slack_post_run_card', 'card'],
  ['sql_table_load_dataset', 'columnsJson', 'sql_table_load_dataset', 'contract'],
] as const;

describe('An output can be mapped to the field that it is meant for', () => {
  it.each(pairs)('%s: %s → %s: %s', (from, output, to, input) => {
    expect(mapped(from, output, to, input)).toBeDefined();
  });

  it('in every file field, as the text that Zapier passes for a file', () => {
    const fields = [...steps].flatMap(([key, { input }]) => ('file' in input ? [[key, input['file']] as const] : []));
    for (const [key, file] of fields) {
      if (!file) throw new Error(`${key} has no file.`);
      const url = 'https://zapier.com/engine/hydrate/1/file';
      expect([key, checkInput({ file }, { file: url })]).toEqual([key, { file: url }]);
    }
  });

  it('as a duration with a fraction, which is rounded', () => {
    const field = stepOf('slack_post_run_card').input['runSeconds'];
    if (!field) throw new Error('There is no duration.');
    expect(checkInput({ field }, { field: '0.04' })).toEqual({ field: 0 });
    expect(checkInput({ field }, { field: 147.6 })).toEqual({ field: 148 });
  });
});
