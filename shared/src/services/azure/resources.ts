import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { filledText } from '../../http/answer-shape.ts';
import { defineChoices, search, type ChoiceList } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { managementApi } from './api.ts';
import type { AzureConnection } from './connection-fields.ts';
import { readAll } from './pages.ts';

/** A kind of resource of a subscription. */
export interface ResourceKind {
  /** Display name of the service. */
  service: string;
  /** Provider and type: `Microsoft.DataFactory/factories`. */
  type: string;
  /** Version of the management plane's interface. */
  version: string;
  /** What one is called in a sentence: `data factory`. */
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

/** The list of the subscription's resources of a kind; a value is `resource-group/name`. */
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

/** The resource ID that a name tells by itself: a complete ID, or `resource-group/name`; undefined for a name alone. */
export function toldResourceId(kind: ResourceKind, named: string, { subscriptionId }: AzureConnection) {
  if (named.startsWith('/subscriptions/')) return named;
  const [group, name, ...more] = named.split('/').map(encodeURIComponent);
  if (!group || !name || more.length > 0) return undefined;
  return `/subscriptions/${encodeURIComponent(subscriptionId)}/resourceGroups/${group}/providers/${kind.type}/${name}`;
}

/**
 * The resource ID of what a person named: `resource-group/name`, a complete ID, or the name alone, which is looked up in the
 * subscription.
 * @throws PipewrightError `not-found` when nothing has that name
 */
export async function resourceId(kind: ResourceKind, named: string, context: Context<AzureConnection>) {
  const told = toldResourceId(kind, named, context.connection);
  if (told !== undefined) return told;
  const found = (await listResources(kind, context)).find(({ name }) => name.toLowerCase() === named.toLowerCase());
  if (found) return found.id;
  throw new PipewrightError({
    code: 'not-found',
    service: kind.service,
    message: `There is no ${kind.noun} “${named}” in the subscription of the connection.`,
    hint: `Pick the ${kind.noun} from the list, and check the subscription ID in the connection.`,
  });
}
