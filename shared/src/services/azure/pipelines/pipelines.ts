import * as v from 'valibot';
import { filledText, optionalField, displayField, displayText, type Parsed } from '../../../http/response-schema.ts';
import { defineChoices, search } from '../../../define/choice-list.ts';
import { text } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { readAll } from '../pages.ts';
import { openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';

const declaredShape = v.looseObject({ type: optionalField(v.string()) });

const properties = optionalField(
  v.object({
    description: displayText,
    parameters: optionalField(v.record(v.string(), declaredShape)),
    folder: displayField(v.object({ name: displayText })),
    activities: optionalField(v.array(v.object({ name: filledText, type: v.string() }))),
  }),
);

/** Response with the properties of a pipeline. */
export const pipelinePropertiesShape = v.object({ properties });

/** Response with a pipeline. */
const pipelineShape = v.object({ name: filledText, properties });

/** A pipeline in an API response. */
export type VendorPipeline = Parsed<typeof pipelineShape>;

/** Lists the pipelines of a factory or workspace. */
export function listPipelines(kind: PipelineHomeKind, home: PipelineHome): Promise<VendorPipeline[]> {
  return readAll(home.api, {
    service: kind.service,
    path: `${home.path}/pipelines`,
    version: kind.version,
    entry: pipelineShape,
  });
}

/** Field for the pipeline. */
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
    help: `Select the pipeline, or enter its name or its URL in ${kind.studio.name}.`,
    placeholder: 'QT_fetch_data',
    identifier: 'Name',
    choices,
    idFromUrl: { pattern: /\/pipeline\/([^/?#]+)/, example: kind.studio.pipelinePage },
  });
}

/** The type of `pipelineField`. */
export type PipelineField = ReturnType<typeof pipelineField>;
