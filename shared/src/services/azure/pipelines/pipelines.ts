import { defineChoices, search } from '../../../operations/choice-list.ts';
import { text } from '../../../operations/fields.ts';
import type { AzureConnection } from '../connection.ts';
import { readAll } from '../pages.ts';
import { openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';

/** A pipeline as Data Factory and Synapse give it, as far as it is read here. */
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

/** Every pipeline of a factory or workspace. */
export function listPipelines(kind: PipelineHomeKind, home: PipelineHome): Promise<VendorPipeline[]> {
  return readAll(home.api, `${home.path}/pipelines`, kind.version);
}

/** The field that says which pipeline. */
export function pipelineField(kind: PipelineHomeKind) {
  const choices = defineChoices<AzureConnection>({
    key: 'pipelines',
    needs: [kind.key],
    async load(query, context) {
      const pipelines = await listPipelines(kind, await openHome(kind, query.input, context));
      const all = pipelines.map(({ name, properties }) => ({
        value: name,
        label: properties?.folder?.name ? `${name} (${properties.folder.name})` : name,
      }));
      return { choices: search(all, query.search) };
    },
  });
  return text({
    label: 'Pipeline',
    help: `Pick the pipeline, type its name, or paste the address of its page in ${kind.studio.name}.`,
    placeholder: 'QT_fetch_data',
    choices,
    idFromUrl: { pattern: /\/pipeline\/([^/?#]+)/, example: kind.studio.pipelinePage },
  });
}

/** A field as `pipelineField` makes it. */
export type PipelineField = ReturnType<typeof pipelineField>;
