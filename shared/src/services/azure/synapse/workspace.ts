import type { Context } from '../../../define/context.ts';
import { text } from '../../../define/fields.ts';
import { withoutUndefined } from '../../../host/without-undefined.ts';
import { cloudOf, synapseApi } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';
import type { PipelineHome, PipelineHomeKind } from '../pipelines/home.ts';
import { parseResourceId, resourceChoices, resourceId } from '../resources.ts';

/** The display name of the service. */
export const service = 'Azure Synapse';

/** API version of the data plane, which runs pipelines. */
export const version = '2020-12-01';

/** Workspaces and pools in the management plane. */
export const resource = { service, type: 'Microsoft.Synapse/workspaces', version: '2021-06-01', noun: 'workspace' };

/** Field for the workspace. */
export const workspaceField = text({
  label: 'Workspace',
  help: 'Select the workspace, or enter resource-group/name or a Synapse Studio URL of the workspace.',
  placeholder: 'data-platform/contoso-synapse',
  identifier: 'Name',
  choices: resourceChoices('workspaces', resource),
  idFromUrl: {
    pattern: /[?&]workspace=([^&#]+)/,
    example: 'https://web.azuresynapse.net/en/home?workspace=%2Fsubscriptions%2F…%2Fworkspaces%2Fcontoso-synapse',
  },
});

/** A Synapse workspace. */
export interface Workspace extends PipelineHome {
  /** Full resource ID; absent if only the name is known, which is enough for the data plane. */
  id?: string;
  /** URL of a page in Synapse Studio; undefined if the studio or the resource ID is unknown. */
  page(path: string, query?: Record<string, string>): string | undefined;
}

/** Opens a workspace by `resource-group/name`, full resource ID, or name. */
export async function openWorkspace(nameOrId: string, context: Context<AzureConnection>): Promise<Workspace> {
  const id = parseResourceId(resource, nameOrId, context.connection);
  const name = decodeURIComponent(id?.split('/').pop() ?? nameOrId);
  const studio = cloudOf(context.connection).synapseStudio;
  const page: Workspace['page'] = (path, query = {}) =>
    id && studio && `${studio}/en/${path}?${new URLSearchParams({ workspace: decodeURIComponent(id), ...query })}`;
  return {
    api: synapseApi(context, name),
    path: '',
    name,
    ...withoutUndefined({ id }),
    page,
    runPage: (run) => page(`monitoring/pipelineruns/${encodeURIComponent(run)}`),
    // Unlike in Data Factory, the path contains the pipeline name.
    activityRunsPath: (run) =>
      `/pipelines/${encodeURIComponent(run.name)}/pipelineruns/${encodeURIComponent(run.id)}/queryActivityruns`,
  };
}

/** Resolves a workspace to its full resource ID; a name is looked up in the subscription. */
export function workspaceId(nameOrId: string, context: Context<AzureConnection>): Promise<string> {
  return resourceId(resource, nameOrId, context);
}

/** Synapse as a pipeline home. */
export const workspaceKind: PipelineHomeKind = {
  service,
  version,
  startsFromFailure: false,
  key: 'workspace',
  field: workspaceField,
  noun: 'workspace',
  studio: {
    name: 'Synapse Studio',
    pipelinePage: 'https://web.azuresynapse.net/en/authoring/orchestrate/pipeline/QT_fetch_data?workspace=…',
    runPage: 'https://web.azuresynapse.net/en/monitoring/pipelineruns/2f7fdb90-5df1-4b8e-ac2f-064cfa58202b?workspace=…',
  },
  open: openWorkspace,
};
