import { PipewrightError } from '../../host/error.ts';
import type { Api } from '../../http/api.ts';
import { defineDownload } from '../../define/download.ts';
import { boolean, text } from '../../define/fields.ts';
import { openOrganisation, service } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { openCsv } from './csv-file.ts';
import { executionsPath, findExecution, type VendorOutput } from './executions.ts';
import { executionField, outputField, pipelineField } from './pipelines.ts';

/** Finds an output of a run by name; an ID is returned without a lookup. */
async function findOutput(api: Api, pipeline: string, execution: string, selected: string): Promise<VendorOutput> {
  if (/^o-[\w-]+$/.test(selected)) return { id: selected, name: selected };
  const outputs = (await findExecution(api, pipeline, execution)).outputs ?? [];
  const same = outputs.filter(({ name }) => name.trim().toLowerCase() === selected.toLowerCase());
  if (same[0] && same.length === 1) return same[0];
  const names = outputs.map(({ id, name }) => `“${name}” (${id})`).join(', ');
  throw new PipewrightError({
    code: same.length > 1 ? 'conflict' : 'not-found',
    service,
    message:
      same.length > 1
        ? `Run ${execution} has several outputs named “${selected}”.`
        : `Run ${execution} has no output named “${selected}”.`,
    hint: names ? `Select one of its outputs: ${names}.` : 'A run has outputs only after it has succeeded.',
  });
}

/**
 * Downloads an output of a pipeline run as CSV in UTF-8.
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
      help: 'Whether the file is empty because the output has no content.',
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
