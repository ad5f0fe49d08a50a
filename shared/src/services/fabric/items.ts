import * as v from 'valibot';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { Api } from '../../http/api.ts';
import { readAllPages } from '../../http/read-pages.ts';
import { displayText, filledText, type Parsed } from '../../http/response-schema.ts';
import { openFabric, service, workspacePath } from './api.ts';
import type { FabricConnection } from './connection-fields.ts';
import { readPage } from './pages.ts';

const itemShape = v.object({
  id: filledText,
  displayName: filledText,
  type: filledText,
  description: displayText,
});

/** An item of a workspace. */
export type VendorItem = Parsed<typeof itemShape>;

/** An item type that can be run: its name in the API, the type of its jobs and its noun in a sentence. */
export interface ItemKind {
  type: string;
  jobType: string;
  noun: string;
}

/** The item types that Pipewright runs. */
export const itemKinds = {
  pipeline: { type: 'DataPipeline', jobType: 'Pipeline', noun: 'pipeline' },
  notebook: { type: 'Notebook', jobType: 'RunNotebook', noun: 'notebook' },
  sparkJob: { type: 'SparkJobDefinition', jobType: 'sparkjob', noun: 'Spark job definition' },
} as const satisfies Record<string, ItemKind>;

/** The item types that have jobs, with the names that Fabric shows. */
export const runnableTypes = [
  { value: 'DataPipeline', label: 'Pipeline', description: 'Data pipelines of Data Factory' },
  { value: 'Notebook', label: 'Notebook', description: 'Spark and Python notebooks' },
  { value: 'SparkJobDefinition', label: 'Spark Job Definition', description: 'Batch jobs on Spark' },
  { value: 'Dataflow', label: 'Dataflow Gen2', description: 'Dataflows of Data Factory' },
  { value: 'CopyJob', label: 'Copy Job', description: 'Copy jobs of Data Factory' },
  { value: 'DataBuildToolJob', label: 'dbt Job', description: 'dbt projects that Fabric runs' },
] as const;

/**
 * Lists the items of a workspace, of one type or all.
 * @see https://learn.microsoft.com/rest/api/fabric/core/items/list-items
 */
export function listItems(
  workspace: string,
  type: string | undefined,
  context: Context<FabricConnection>,
): Promise<VendorItem[]> {
  const api = openFabric(context);
  const list = { path: workspacePath(workspace, 'items'), entry: itemShape, query: { type } };
  return readAllPages<VendorItem>(service, (page) => readPage(api, list, page));
}

/** An opened item. */
export interface Item {
  api: Api;
  workspace: string;
  /** Path of the item in the API. */
  path: string;
  id: string;
  name: string;
  type: string;
}

/** Reads an item by its IDs, so that messages can show its name. */
export async function openItem(workspace: string, id: string, context: Context<FabricConnection>): Promise<Item> {
  const api = openFabric(context);
  const path = workspacePath(workspace, 'items', id);
  const { displayName, type } = await api.json('GET', path, itemShape);
  return { api, workspace, path, id, name: displayName, type };
}

const labelOfType = (type: string): string => runnableTypes.find(({ value }) => value === type)?.label ?? type;

/** The last GUID in the URL of an item's page. */
const idFromUrl = {
  pattern: /\/(?:groups|workspaces)\/[0-9a-f-]{36}\/.*?([0-9a-f]{8}-[0-9a-f-]{27})/i,
  example:
    'https://app.fabric.microsoft.com/groups/4b218778-e7a5-4d73-8187-f10824047715/pipelines/431e8d7b-4a95-4c02-8ccd-6faef5ba1bd7',
};

/** Field for an item of one type. */
export function itemField({ type, noun }: ItemKind, label: string) {
  const choices = defineChoices<FabricConnection>({
    key: `${label.replace(/ /g, '').replace(/^./, (first) => first.toLowerCase())}s`,
    needs: ['workspace'],
    async load({ input, search: wanted }, context) {
      const items = await listItems(String(input['workspace'] ?? ''), type, context);
      return {
        choices: search(
          items.map(({ id, displayName }) => ({ value: id, label: displayName })),
          wanted,
        ),
      };
    },
  });
  return text({
    label,
    help: `Select the ${noun}, or paste its Fabric URL.`,
    placeholder: '431e8d7b-4a95-4c02-8ccd-6faef5ba1bd7',
    choices,
    idFromUrl,
  });
}

const runnableChoices = defineChoices<FabricConnection>({
  key: 'items',
  needs: ['workspace'],
  async load({ input, search: wanted }, context) {
    const items = await listItems(String(input['workspace'] ?? ''), undefined, context);
    const runnable = items.filter(({ type }) => runnableTypes.some(({ value }) => value === type));
    const choices = runnable.map(({ id, displayName, type }) => ({
      value: id,
      label: `${displayName} (${labelOfType(type)})`,
    }));
    return { choices: search(choices, wanted) };
  },
});

/** Field for an item of any type that can be run. */
export const runnableField = text({
  label: 'Item',
  help: 'Select the pipeline, notebook or other item, or paste its Fabric URL.',
  placeholder: '431e8d7b-4a95-4c02-8ccd-6faef5ba1bd7',
  choices: runnableChoices,
  idFromUrl,
});
