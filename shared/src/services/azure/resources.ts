import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { filledText } from '../../http/response-schema.ts';
import { defineChoices, search, type ChoiceList } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { managementApi } from './api.ts';
import type { AzureConnection } from './connection-fields.ts';
import { readAll } from './pages.ts';

/** A resource type. */
export interface ResourceKind {
  /** Display name of the service. */
  service: string;
  /** Provider and type: `Microsoft.DataFactory/factories`. */
  type: string;
  /** API version of the management plane. */
  version: string;
  /** Noun in a sentence: `data factory`. */
  noun: string;
}

const resourceShape = v.object({ id: filledText, name: filledText });

function listResources({ service, type, version }: ResourceKind, context: Context<AzureConnection>) {
  const subscription = encodeURIComponent(context.connection.subscriptionId);
  const path = `/subscriptions/${subscription}/providers/${type}`;
  return readAll(managementApi(context, service), { service, path, version, entry: resourceShape });
}

/** The resource group in a resource ID. */
export const groupOf = (id: string): string => /\/resourceGroups\/([^/]+)\//i.exec(id)?.[1] ?? '';

/** Dropdown with the subscription's resources of a type; a value is `resource-group/name`. */
export function resourceChoices(key: string, kind: ResourceKind): ChoiceList {
  return defineChoices<AzureConnection>({
    key,
    async load(query, context) {
      const choices = (await listResources(kind, context)).map(({ id, name }) => ({
        value: `${groupOf(id)}/${name}`,
        label: `${name} (${groupOf(id)})`,
      }));
      return { choices: search(choices, query.search) };
    },
  });
}

/** Parses a full resource ID or `resource-group/name` to a resource ID; undefined for a name alone. */
export function parseResourceId(kind: ResourceKind, nameOrId: string, { subscriptionId }: AzureConnection) {
  if (nameOrId.startsWith('/subscriptions/')) return nameOrId;
  const [group, name, ...more] = nameOrId.split('/').map(encodeURIComponent);
  if (!group || !name || more.length > 0) return undefined;
  return `/subscriptions/${encodeURIComponent(subscriptionId)}/resourceGroups/${group}/providers/${kind.type}/${name}`;
}

/**
 * Resolves `resource-group/name`, a full resource ID or a name to a resource ID; a name is looked up in the subscription.
 * @throws PipewrightError `not-found` if no resource has that name
 */
export async function resourceId(kind: ResourceKind, nameOrId: string, context: Context<AzureConnection>) {
  const parsed = parseResourceId(kind, nameOrId, context.connection);
  if (parsed !== undefined) return parsed;
  const found = (await listResources(kind, context)).find(({ name }) => name.toLowerCase() === nameOrId.toLowerCase());
  if (found) return found.id;
  throw new PipewrightError({
    code: 'not-found',
    service: kind.service,
    message: `The ${kind.noun} “${nameOrId}” was not found in the subscription.`,
    hint: {
      n8n: `Select the ${kind.noun} from the list, or check Subscription ID in the credential.`,
      zapier: `Select the ${kind.noun} from the list, or check Subscription ID in the connection.`,
    },
  });
}
