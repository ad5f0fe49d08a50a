import { defineChoices, search } from '../../define/choice-list.ts';
import { text } from '../../define/fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { findExecution, listExecutions, readExecution } from './executions.ts';

/** Takes a pipeline's ID out of the address of its page. */
export const pipelineIdFromUrl = {
  pattern: /[^/]\/(p-[\w-]+)/,
  example: 'https://app.prod.quantemplate.com/c-contoso/pipelines/p-bordereaux',
};

/** The field that says which pipeline. */
export const pipelineField = text({
  label: 'Pipeline ID',
  help: 'Open the pipeline in Quantemplate and paste the address of its page, or only the part that begins with p-. Share the pipeline with the API user of the connection.',
  placeholder: 'p-bordereaux',
  idFromUrl: pipelineIdFromUrl,
});

/** As many of the newest executions are offered. */
const most = 50;

const executionChoices = defineChoices<QuantemplateConnection>({
  key: 'executions',
  needs: ['pipeline'],
  async load({ input, search: wanted }, context) {
    const pipeline = String(input['pipeline'] ?? '');
    const executions = await listExecutions(openOrganisation(context), pipeline);
    const choices = executions.slice(0, most).map((execution) => {
      const { status, startedAt } = readExecution(pipeline, execution);
      const number = execution.runNumber === undefined ? execution.id : `Run ${execution.runNumber}`;
      return {
        value: execution.id,
        label: `${number}, ${status}${startedAt ? `, ${startedAt.slice(0, 16).replace('T', ' ')} UTC` : ''}`,
      };
    });
    return { choices: search(choices, wanted) };
  },
});

/** The field that says which run of the pipeline. */
export const executionField = text({
  label: 'Run ID',
  help: 'Pick a recent run, or take the ID from a Run Pipeline step or a Pipeline Completed trigger.',
  placeholder: 'e-5c1d9a7b',
  choices: executionChoices,
  idFromUrl: {
    pattern: /[^/]\/(e-[\w-]+)/,
    example: 'https://app.prod.quantemplate.com/c-contoso/pipelines/p-bordereaux/executions/e-5c1d9a7b',
  },
});

const outputChoices = defineChoices<QuantemplateConnection>({
  key: 'outputs',
  needs: ['pipeline', 'execution'],
  async load({ input, search: wanted }, context) {
    const { outputs } = await findExecution(
      openOrganisation(context),
      String(input['pipeline'] ?? ''),
      String(input['execution'] ?? ''),
    );
    const all = outputs ?? [];
    const isUnique = (name: string) => all.filter((output) => output.name === name).length === 1;
    const choices = all.map(({ id, name }) =>
      isUnique(name) ? { value: name, label: name } : { value: id, label: `${name} (${id})` },
    );
    return { choices: search(choices, wanted) };
  },
});

/** The field that says which output of the run; names last from run to run. */
export const outputField = text({
  label: 'Output',
  help: 'Pick the output, or type its name or its ID, which begins with o-.',
  placeholder: 'Claims',
  choices: outputChoices,
});
