import * as v from 'valibot';
import { filledText, optionalField, displayField, displayText } from '../../../http/response-schema.ts';
import { text } from '../../../define/fields.ts';
import { defineAction } from '../../../define/operation.ts';
import { managementApi } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { groupOf } from '../resources.ts';
import { resource, service, workspaceField, workspaceId } from './workspace.ts';

const workspaceShape = v.object({
  id: filledText,
  name: filledText,
  location: filledText,
  properties: optionalField(
    v.object({
      provisioningState: displayText,
      defaultDataLakeStorage: displayField(v.object({ accountUrl: displayText, filesystem: displayText })),
      connectivityEndpoints: displayField(
        v.object({ dev: displayText, sql: displayText, sqlOnDemand: displayText, web: displayText }),
      ),
    }),
  ),
});

const output = {
  id: text({ label: 'Resource ID' }),
  name: text({ label: 'Name' }),
  resourceGroup: text({ label: 'Resource Group' }),
  location: text({ label: 'Location' }),
  state: v.optional(text({ label: 'State' })),
  url: v.optional(text({ label: 'Synapse Studio URL' })),
  developmentEndpoint: v.optional(text({ label: 'Development Endpoint' })),
  sqlEndpoint: v.optional(text({ label: 'Dedicated SQL Endpoint' })),
  serverlessSqlEndpoint: v.optional(text({ label: 'Serverless SQL Endpoint' })),
  storageAccountUrl: v.optional(text({ label: 'Storage Account URL' })),
  fileSystem: v.optional(text({ label: 'File System' })),
};

const sampleId =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/data-platform/providers/Microsoft.Synapse/workspaces/contoso-synapse';

/**
 * Reads a workspace from the management plane.
 * @see https://learn.microsoft.com/rest/api/synapse/resourcemanager/workspaces/get
 */
export const getWorkspace = defineAction<AzureConnection>()({
  key: 'getWorkspace',
  name: 'Get Workspace',
  resource: 'Workspace',
  description: 'Finds a workspace and returns its location, state, endpoints and storage.',
  effect: 'safe',
  input: { workspace: workspaceField },
  output,
  sample: {
    id: sampleId,
    name: 'contoso-synapse',
    resourceGroup: 'data-platform',
    location: 'westeurope',
    state: 'Succeeded',
    url: `https://web.azuresynapse.net?workspace=${encodeURIComponent(sampleId)}`,
    developmentEndpoint: 'https://contoso-synapse.dev.azuresynapse.net',
    sqlEndpoint: 'contoso-synapse.sql.azuresynapse.net',
    serverlessSqlEndpoint: 'contoso-synapse-ondemand.sql.azuresynapse.net',
    storageAccountUrl: 'https://contosolake.dfs.core.windows.net',
    fileSystem: 'data',
  },
  async run(input, context) {
    const path = await workspaceId(input.workspace, context);
    const query = { 'api-version': resource.version };
    const workspace = await managementApi(context, service).json('GET', path, workspaceShape, { query });
    const { provisioningState, defaultDataLakeStorage = {}, connectivityEndpoints = {} } = workspace.properties ?? {};
    const optional = {
      state: provisioningState,
      url: connectivityEndpoints.web,
      developmentEndpoint: connectivityEndpoints.dev,
      sqlEndpoint: connectivityEndpoints.sql,
      serverlessSqlEndpoint: connectivityEndpoints.sqlOnDemand,
      storageAccountUrl: defaultDataLakeStorage.accountUrl,
      fileSystem: defaultDataLakeStorage.filesystem,
    };
    return {
      id: workspace.id,
      name: workspace.name,
      resourceGroup: groupOf(workspace.id),
      location: workspace.location,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
    };
  },
});
