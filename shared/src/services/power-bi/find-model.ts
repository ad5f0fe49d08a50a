import * as v from 'valibot';
import { boolean, text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { listModels, modelUrl, type VendorModel } from './models.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Finds semantic models by part of their name in a workspace; exact matches come first.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/get-datasets-in-group
 */
export const findSemanticModel = defineSearch<PowerBiConnection>()({
  key: 'findSemanticModel',
  name: 'Find Semantic Model',
  resource: 'Semantic Model',
  description: 'Finds semantic models by name in a workspace.',
  input: {
    workspace: workspaceField,
    name: text({
      label: 'Name',
      help: 'All or part of the name (case-insensitive).',
      placeholder: 'claims',
    }),
  },
  output: {
    id: text({ label: 'Semantic Model ID' }),
    name: text({ label: 'Name' }),
    owner: v.optional(text({ label: 'Owner' })),
    refreshable: v.optional(boolean({ label: 'Refreshable' })),
    url: text({ label: 'Semantic Model URL' }),
  },
  sample: {
    id: 'cfafbeb1-8037-4d0c-896e-a46fb27ff229',
    name: 'Claims overview',
    owner: 'ada@contoso.com',
    refreshable: true,
    url: 'https://app.powerbi.com/groups/f089354e-8366-4e18-aea3-4cb4a3a50b48/datasets/cfafbeb1-8037-4d0c-896e-a46fb27ff229/details',
  },
  async run(input, context) {
    const wanted = input.name.toLowerCase();
    const models = await listModels(input.workspace, context);
    const isExact = ({ name }: VendorModel): number => Number(name?.toLowerCase() === wanted);
    return models
      .filter(({ name = '' }) => name.toLowerCase().includes(wanted))
      .toSorted((a, b) => isExact(b) - isExact(a))
      .map((model) =>
        withoutUndefined({
          id: model.id,
          name: model.name ?? '',
          owner: model.configuredBy || undefined,
          refreshable: model.isRefreshable,
          url: modelUrl(input.workspace, model),
        }),
      );
  },
});
