import { PipewrightError } from '../../host/error.ts';
import type { Api } from '../../http/api.ts';
import { defineDownload } from '../../define/download.ts';
import { boolean, text } from '../../define/fields.ts';
import { openOrganisation, service } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { openCsv } from './csv-file.ts';
import { executionsPath, findExecution, type VendorOutput } from './executions.ts';
import { executionField, outputField, pipelineField } from './pipelines.ts';

/** The output of an execution that a person named; an ID is believed without a look. */
async function findOutput(api: Api, pipeline: string, execution: string, named: string): Promise<VendorOutput> {
  if (/^o-[\w-]+$/.test(named)) return { id: named, name: named };
  const outputs = (await findExecution(api, pipeline, execution)).outputs ?? [];
  const same = outputs.filter(({ name }) => name.trim().toLowerCase() === named.toLowerCase());
  if (same[0] && same.length === 1) return same[0];
  const names = outputs.map(({ id, name }) => `“${name}” (${id})`).join(', ');
  throw new PipewrightError({
    code: same.length > 1 ? 'conflict' : 'not-found',
    service,
    message:
      same.length > 1
        ? `The run ${execution} has more than one output “${named}”.`
        : `The run ${execution} has no output “${named}”.`,
    hint: names ? `Its outputs are ${names}.` : 'It has no outputs: a run has them only after it has succeeded.',
  });
}

/**
 * Fetches what an execution made, as CSV in UTF-8.
 * @see https://quantemplate.readme.io/
 */
export const downloadPipelineOutput = defineDownload<QuantemplateConnection>()({
  key: 'downloadPipelineOutput',
  name: 'Download Pipeline Output',
  resource: 'Pipeline Run',
  description: 'Downloads an output of a finished pipeline run as a CSV file.',
  input: { pipeline: pipelineField, execution: executionField, output: outputField },
  output: {
    pipelineId: text({ label: 'Pipeline ID' }),
    executionId: text({ label: 'Run ID' }),
    outputId: text({ label: 'Output ID' }),
    outputName: text({ label: 'Output Name' }),
    empty: boolean({
      label: 'Empty',
      help: 'Whether Quantemplate said that the output holds nothing; the file is then empty too.',
    }),
  },
  sample: {
    pipelineId: 'p-bordereaux',
    executionId: 'e-5c1d9a7b',
    outputId: 'o-7f3e2d1c',
    outputName: 'Claims',
    empty: false,
  },
  async open({ pipeline, execution, output }, context) {
    const api = openOrganisation(context);
    const { id, name } = await findOutput(api, pipeline, execution, output);
    const path = `${executionsPath(pipeline)}/${encodeURIComponent(execution)}/outputs/${encodeURIComponent(id)}`;
    const { empty, ...file } = await openCsv(api, path, name);
    return {
      ...file,
      details: { pipelineId: pipeline, executionId: execution, outputId: id, outputName: name, empty },
    };
  },
});
