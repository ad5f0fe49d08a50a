import { PipewrightError } from '../../../host/error.ts';
import type { Api } from '../../../http/api.ts';
import { defineChoices, search } from '../../../operations/choice-list.ts';
import type { Context } from '../../../operations/context.ts';
import { text } from '../../../operations/fields.ts';
import { managementApi } from '../api.ts';
import type { AzureConnection } from '../connection.ts';
import { readAll } from '../pages.ts';

/** The display name of the service. */
export const service = 'Azure Data Factory';

/** The only version of Data Factory's interface that is generally available. */
export const version = '2018-06-01';

interface VendorFactory {
  id: string;
  name: string;
  location?: string;
}

function factories(context: Context<AzureConnection>): Promise<VendorFactory[]> {
  const subscription = encodeURIComponent(context.connection.subscriptionId);
  return readAll(managementApi(context, service), `/subscriptions/${subscription}/providers/Microsoft.DataFactory/factories`, version);
}

const groupOf = (id: string): string => /\/resourceGroups\/([^/]+)\//i.exec(id)?.[1] ?? '';

const factoryChoices = defineChoices<AzureConnection>({
  key: 'factories',
  async load(query, context) {
    const found = await factories(context);
    const choices = found.map((factory) => ({ value: `${groupOf(factory.id)}/${factory.name}`, label: `${factory.name} (${groupOf(factory.id)})` }));
    return { choices: search(choices, query.search) };
  },
});

/** The field that says which factory. */
export const factoryField = text({
  label: 'Data Factory',
  help: 'Pick the factory, or type its resource group and name with a slash between them.',
  placeholder: 'data-platform/contoso-factory',
  choices: factoryChoices,
});

/** An opened factory. */
export interface Factory {
  api: Api;
  /** Path of the factory at the management plane. */
  path: string;
  /** Complete resource ID. */
  id: string;
  name: string;
}

/**
 * Opens the factory that a person named: `resource-group/name`, a complete resource ID, or the name alone, which is looked
 * up in the subscription.
 * @throws PipewrightError `not-found` when no factory has that name
 */
export async function openFactory(named: string, context: Context<AzureConnection>): Promise<Factory> {
  const api = managementApi(context, service);
  const id = named.startsWith('/subscriptions/') ? named : await resourceId(named, context);
  return { api, path: id, id, name: id.split('/').pop() ?? named };
}

async function resourceId(named: string, context: Context<AzureConnection>): Promise<string> {
  const parts = named.split('/');
  const subscription = encodeURIComponent(context.connection.subscriptionId);
  if (parts.length === 2 && parts[0] && parts[1]) {
    return `/subscriptions/${subscription}/resourceGroups/${encodeURIComponent(parts[0])}/providers/Microsoft.DataFactory/factories/${encodeURIComponent(parts[1])}`;
  }
  const found = (await factories(context)).find((factory) => factory.name.toLowerCase() === named.toLowerCase());
  if (found) return found.id;
  throw new PipewrightError({ code: 'not-found', service, message: `There is no data factory “${named}” in the subscription of the connection.`, hint: 'Pick the factory from the list, and check the subscription ID in the connection.' });
}
