import * as v from 'valibot';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import type { Page } from '../../http/read-pages.ts';
import { displayText, filledText, type Parsed } from '../../http/response-schema.ts';
import { openFabric } from './api.ts';
import type { FabricConnection } from './connection-fields.ts';
import { readPage } from './pages.ts';

const workspaceShape = v.object({ id: filledText, displayName: filledText, capacityId: displayText });

/** A workspace. */
export type VendorWorkspace = Parsed<typeof workspaceShape>;

/**
 * Reads one page of the workspaces that the app registration has access to.
 * @see https://learn.microsoft.com/rest/api/fabric/core/workspaces/list-workspaces
 */
export function readWorkspacePage(
  context: Context<FabricConnection>,
  page: string | undefined,
): Promise<Page<VendorWorkspace>> {
  return readPage(openFabric(context), { path: '/workspaces', entry: workspaceShape }, page);
}

const workspaceChoices = defineChoices<FabricConnection>({
  key: 'workspaces',
  async load({ search: wanted, page }, context) {
    const { entries, next } = await readWorkspacePage(context, page);
    const choices = entries.map(({ id, displayName, capacityId }) => ({
      value: id,
      label: capacityId === undefined ? `${displayName} (no capacity)` : displayName,
    }));
    return { choices: search(choices, wanted), ...(next ? { nextPage: next } : {}) };
  },
});

/** Field for the workspace. */
export const workspaceField = text({
  label: 'Workspace',
  help: 'Select the workspace, or paste its Fabric URL. It must be on a Fabric capacity.',
  placeholder: '4b218778-e7a5-4d73-8187-f10824047715',
  choices: workspaceChoices,
  idFromUrl: {
    pattern: /\/(?:groups|workspaces)\/([0-9a-f-]{36})/i,
    example: 'https://app.fabric.microsoft.com/groups/4b218778-e7a5-4d73-8187-f10824047715/list',
  },
});
