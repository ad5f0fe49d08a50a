import * as v from 'valibot';
import { withoutUndefined } from '../../../host/without-undefined.ts';
import { json, text } from '../../../define/fields.ts';
import { defineSearch, type Search } from '../../../define/operation.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { listPipelines } from './pipelines.ts';

/**
 * Finds pipelines by part of their name; an exact match comes first.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/list-by-factory
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/get-pipelines-by-workspace
 */
export function defineFindPipeline(kind: PipelineHomeKind): Search {
  return defineSearch<AzureConnection>()({
    key: 'findPipeline',
    name: 'Find Pipeline',
    resource: 'Pipeline',
    description: 'Finds pipelines by name and returns their declared parameters.',
    input: inHome(kind, {
      name: text({
        label: 'Name',
        help: 'All or part of the pipeline name (case-insensitive).',
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
        ...withoutUndefined({
          description: properties.description || undefined,
          folder: properties.folder?.name || undefined,
        }),
        parameters: Object.entries(properties.parameters ?? {}).map(([parameter, declared]) => ({
          name: parameter,
          ...declared,
        })),
        activities: (properties.activities ?? []).map((activity) => ({ name: activity.name, type: activity.type })),
      }));
    },
  });
}
