import * as v from 'valibot';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { Page } from '../../http/read-pages.ts';
import { filledText, type Parsed } from '../../http/response-schema.ts';
import { openPowerBi } from './api.ts';
import type { PowerBiConnection } from './connection-fields.ts';

const workspaceShape = v.object({ id: filledText, name: filledText });

/** A workspace, called group in the API. */
export type VendorWorkspace = Parsed<typeof workspaceShape>;

const pageSize = 1000;

/**
 * Reads one page of the workspaces that the app registration has access to.
 * @param from number of workspaces to skip, as text
 * @see https://learn.microsoft.com/rest/api/power-bi/groups/get-groups
 */
export async function readWorkspacePage(
  context: Context<PowerBiConnection>,
  from: string | undefined,
): Promise<Page<VendorWorkspace>> {
  const skip = Number(from ?? 0) || 0;
  const shape = v.object({ value: v.array(workspaceShape) });
  const { value } = await openPowerBi(context).json('GET', '/groups', shape, {
    query: { $top: pageSize, $skip: skip },
  });
  return { entries: value, next: value.length < pageSize ? undefined : String(skip + pageSize) };
}

const workspaceChoices = defineChoices<PowerBiConnection>({
  key: 'workspaces',
  async load({ search: wanted, page }, context) {
    const { entries, next } = await readWorkspacePage(context, page);
    const choices = entries.map(({ id, name }) => ({ value: id, label: name }));
    return { choices: search(choices, wanted), ...(next === undefined ? {} : { nextPage: next }) };
  },
});

/** Field for the workspace. */
export const workspaceField = text({
  label: 'Workspace',
  help: 'Select the workspace, or paste its Power BI URL. My workspace is not available.',
  placeholder: 'f089354e-8366-4e18-aea3-4cb4a3a50b48',
  choices: workspaceChoices,
  idFromUrl: {
    pattern: /\/groups\/([0-9a-f-]{36})/i,
    example: 'https://app.powerbi.com/groups/f089354e-8366-4e18-aea3-4cb4a3a50b48/list',
  },
});
