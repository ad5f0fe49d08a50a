import * as v from 'valibot';
import { option, text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { FabricConnection } from './connection-fields.ts';
import { listItems, runnableTypes, type VendorItem } from './items.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Finds items by part of their name in a workspace; exact matches come first.
 * @see https://learn.microsoft.com/rest/api/fabric/core/items/list-items
 */
export const findItem = defineSearch<FabricConnection>()({
  key: 'findItem',
  name: 'Find Item',
  resource: 'Item',
  description: 'Finds pipelines, notebooks and other items by name in a workspace.',
  input: {
    workspace: workspaceField,
    name: text({
      label: 'Name',
      help: 'All or part of the name (case-insensitive).',
      placeholder: 'claims',
    }),
    type: v.optional(
      option([{ value: 'any', label: 'Any' }, ...runnableTypes], {
        label: 'Type',
        help: 'Type of the items to find.',
      }),
      'any',
    ),
  },
  output: {
    id: text({ label: 'Item ID' }),
    name: text({ label: 'Name' }),
    type: text({ label: 'Type' }),
    description: v.optional(text({ label: 'Description' })),
  },
  sample: { id: '431e8d7b-4a95-4c02-8ccd-6faef5ba1bd7', name: 'Load claims', type: 'DataPipeline' },
  async run(input, context) {
    const wanted = input.name.toLowerCase();
    const items = await listItems(input.workspace, input.type === 'any' ? undefined : input.type, context);
    const isExact = ({ displayName }: VendorItem): number => Number(displayName.toLowerCase() === wanted);
    return items
      .filter(({ displayName }) => displayName.toLowerCase().includes(wanted))
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map(({ id, displayName, type, description }) =>
        withoutUndefined({ id, name: displayName, type, description: description || undefined }),
      );
  },
});
