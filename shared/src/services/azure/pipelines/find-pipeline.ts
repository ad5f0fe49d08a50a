import * as v from 'valibot';
import { json, text } from '../../../define/fields.ts';
import { defineSearch, type Search } from '../../../define/operation.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { listPipelines } from './pipelines.ts';

/**
 * Finds pipelines by a part of their name; one with exactly this name comes first.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/list-by-factory
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/get-pipelines-by-workspace
 */
export function defineFindPipeline(kind: PipelineHomeKind): Search {
  return defineSearch<AzureConnection>()({
    key: 'findPipeline',
    name: 'Find Pipeline',
    resource: 'Pipeline',
    description: 'Finds pipelines by their name, with the parameters that they declare.',
    input: inHome(kind, {
      name: text({
        label: 'Name',
        help: 'The name or a part of it; upper and lower case do not matter.',
        placeholder: 'fetch',
      }),
    }),
    output: {
      id: text({ label: 'Name' }),
      description: v.optional(text({ label: 'Description' })),
      folder: v.optional(text({ label: 'Folder' })),
      parameters: json({ label: 'Declared Parameters' }),
      activities: json({ label: 'Activities' }),
    },
    sample: {
      id: 'QT_fetch_data',
      folder: 'Quantemplate',
      parameters: [{ name: 'DatasetID', type: 'string' }],
      activities: [{ name: 'Copy dataset', type: 'Copy' }],
    },
    async run(input, context) {
      const pipelines = await listPipelines(kind, await openHome(kind, input, context));
      const wanted = input.name.toLowerCase();
      const found = pipelines.filter((pipeline) => pipeline.name.toLowerCase().includes(wanted));
      found.sort((a, b) => Number(b.name.toLowerCase() === wanted) - Number(a.name.toLowerCase() === wanted));
      return found.map(({ name, properties = {} }) => ({
        id: name,
        ...(properties.description ? { description: properties.description } : {}),
        ...(properties.folder?.name ? { folder: properties.folder.name } : {}),
        parameters: Object.entries(properties.parameters ?? {}).map(([parameter, declared]) => ({
          name: parameter,
          ...declared,
        })),
        activities: (properties.activities ?? []).map((activity) => ({ name: activity.name, type: activity.type })),
      }));
    },
  });
}
