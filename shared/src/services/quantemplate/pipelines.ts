import { defineChoices, search } from '../../define/choice-list.ts';
import { text } from '../../define/fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { findExecution, listExecutions, readExecution } from './executions.ts';

/** Extracts the pipeline ID from the URL of its page. */
export const pipelineIdFromUrl = {
  pattern: /[^/]\/(p-[\w-]+)/,
  example: 'https://app.prod.quantemplate.com/c-contoso/pipelines/p-bordereaux',
};

/** The pipeline field. */
export const pipelineField = text({
  label: 'Pipeline ID',
  help: 'URL of the pipeline in Quantemplate, or its ID, which starts with p-. Share the pipeline with the API user.',
  placeholder: 'p-bordereaux',
  idFromUrl: pipelineIdFromUrl,
});

/** Maximum number of runs in the dropdown, newest first. */
const maxChoices = 50;

const executionChoices = defineChoices<QuantemplateConnection>({
  key: 'executions',
  needs: ['pipeline'],
  async load({ input, search: wanted }, context) {
    const pipeline = String(input['pipeline'] ?? '');
    const executions = await listExecutions(openOrganisation(context), pipeline);
    const choices = executions.slice(0, maxChoices).map((execution) => {
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

/** The pipeline run field. */
export const executionField = text({
  label: 'Run ID',
  help: 'Select a recent run, or use the ID from a Run Pipeline step or a Pipeline Completed trigger.',
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

/** The output field. Its value is a name if possible, because names stay the same from run to run. */
export const outputField = text({
  label: 'Output',
  help: 'Select an output, or enter its name or its ID, which starts with o-.',
  placeholder: 'Claims',
  identifier: 'Name',
  choices: outputChoices,
});
