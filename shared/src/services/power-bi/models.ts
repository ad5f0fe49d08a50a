import * as v from 'valibot';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { Api } from '../../http/api.ts';
import { displayField, displayText, filledText, optionalField, type Parsed } from '../../http/response-schema.ts';
import { openPowerBi, workspacePath } from './api.ts';
import type { PowerBiConnection } from './connection-fields.ts';

const modelShape = v.object({
  id: filledText,
  name: optionalField(v.string()),
  webUrl: displayText,
  configuredBy: displayText,
  isRefreshable: displayField(v.boolean()),
});

/** A semantic model, called dataset in the API. */
export type VendorModel = Parsed<typeof modelShape>;

/**
 * Lists the semantic models of a workspace; the list has one page.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/get-datasets-in-group
 */
export async function listModels(workspace: string, context: Context<PowerBiConnection>): Promise<VendorModel[]> {
  const shape = v.object({ value: v.array(modelShape) });
  return (await openPowerBi(context).json('GET', workspacePath(workspace, 'datasets'), shape)).value;
}

/** An opened semantic model. */
export interface Model {
  api: Api;
  /** Path of the model in the API. */
  path: string;
  id: string;
  name: string;
  /** Its page in Power BI. */
  url: string;
}

/** The page of a model: as the API reports it, otherwise built from its IDs. */
export const modelUrl = (workspace: string, { id, webUrl }: VendorModel): string =>
  webUrl ||
  `https://app.powerbi.com/groups/${encodeURIComponent(workspace)}/datasets/${encodeURIComponent(id)}/details`;

/** Reads a semantic model by its IDs, so that messages can show its name. */
export async function openModel(
  { workspace, model }: { workspace: string; model: string },
  context: Context<PowerBiConnection>,
): Promise<Model> {
  const api = openPowerBi(context);
  const path = workspacePath(workspace, 'datasets', model);
  const found = await api.json('GET', path, modelShape);
  return { api, path, id: model, name: found.name || `semantic model ${model}`, url: modelUrl(workspace, found) };
}

const modelChoices = defineChoices<PowerBiConnection>({
  key: 'semanticModels',
  needs: ['workspace'],
  async load({ input, search: wanted }, context) {
    const models = await listModels(String(input['workspace'] ?? ''), context);
    const choices = models
      .filter(({ isRefreshable }) => isRefreshable !== false)
      .map(({ id, name }) => ({ value: id, label: name || id }));
    return { choices: search(choices, wanted) };
  },
});

/** Field for the semantic model. */
export const modelField = text({
  label: 'Semantic Model',
  help: 'Select the semantic model (formerly dataset), or paste its Power BI URL.',
  placeholder: 'cfafbeb1-8037-4d0c-896e-a46fb27ff229',
  choices: modelChoices,
  idFromUrl: {
    pattern: /\/(?:datasets|semanticmodels)\/([0-9a-f-]{36})/i,
    example:
      'https://app.powerbi.com/groups/f089354e-8366-4e18-aea3-4cb4a3a50b48/datasets/cfafbeb1-8037-4d0c-896e-a46fb27ff229/details',
  },
});
