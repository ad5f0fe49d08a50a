import * as v from 'valibot';
import { defineChoices, search } from '../../../operations/choice-list.ts';
import type { Context } from '../../../operations/context.ts';
import { text, values } from '../../../operations/fields.ts';
import type { AzureConnection } from '../connection.ts';
import { readAll } from '../pages.ts';
import { openFactory, version, type Factory } from './factory.ts';

/** A pipeline as Data Factory gives it, as far as it is read here. */
export interface VendorPipeline {
  id?: string;
  name: string;
  properties?: {
    description?: string;
    parameters?: Record<string, { type?: string; defaultValue?: unknown }>;
    folder?: { name?: string };
    activities?: { name: string; type: string }[];
  };
}

/** Every pipeline of a factory. */
export function listPipelines(factory: Factory): Promise<VendorPipeline[]> {
  return readAll(factory.api, `${factory.path}/pipelines`, version);
}

const pipelineChoices = defineChoices<AzureConnection>({
  key: 'pipelines',
  needs: ['factory'],
  async load(query, context: Context<AzureConnection>) {
    const factory = await openFactory(String(query.input['factory'] ?? ''), context);
    const pipelines = await listPipelines(factory);
    const choices = pipelines.map((pipeline) => ({
      value: pipeline.name,
      label: pipeline.properties?.folder?.name ? `${pipeline.name} (${pipeline.properties.folder.name})` : pipeline.name,
    }));
    return { choices: search(choices, query.search) };
  },
});

/** The field that says which pipeline. */
export const pipelineField = text({
  label: 'Pipeline',
  help: 'Pick the pipeline, type its name, or paste the address of its page in Azure Data Factory Studio.',
  placeholder: 'QT_fetch_data',
  choices: pipelineChoices,
  idFromUrl: { pattern: /\/pipeline\/([^/?#]+)/, example: 'https://adf.azure.com/en/authoring/pipeline/QT_fetch_data?factory=…' },
});

/** The field with the values of a pipeline's parameters. */
export const parametersField = v.optional(
  values({
    label: 'Parameters',
    help: 'Values for the parameters that the pipeline declares; upper and lower case matter in their names.',
    placeholder: '{"DatasetID": "d-123"}',
  }),
);
