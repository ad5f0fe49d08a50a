import type { Context } from '../../../define/context.ts';
import { text } from '../../../define/fields.ts';
import { cloudOf, synapseApi } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';
import type { PipelineHome, PipelineHomeKind } from '../pipelines/home.ts';
import { resourceChoices, resourceId, toldResourceId } from '../resources.ts';

/** The display name of the service. */
export const service = 'Azure Synapse';

/** Version of the data plane, where pipelines run. */
export const version = '2020-12-01';

/** Workspaces and pools at the management plane. */
export const resource = { service, type: 'Microsoft.Synapse/workspaces', version: '2021-06-01', noun: 'workspace' };

/** The field that says which workspace. */
export const workspaceField = text({
  label: 'Workspace',
  help: 'Pick the workspace, type its name, or paste the address of a page of it in Synapse Studio.',
  placeholder: 'data-platform/contoso-synapse',
  choices: resourceChoices('workspaces', resource),
  idFromUrl: {
    pattern: /[?&]workspace=([^&#]+)/,
    example: 'https://web.azuresynapse.net/en/home?workspace=%2Fsubscriptions%2F…%2Fworkspaces%2Fcontoso-synapse',
  },
});

/** An opened workspace. */
export interface Workspace extends PipelineHome {
  /** Complete resource ID; absent when only the name was given, which is enough for the data plane. */
  id?: string;
  /** A page of Synapse Studio; undefined where the studio or the resource ID is not known. */
  page(path: string, query?: Record<string, string>): string | undefined;
}

/** Opens the workspace that a person named: `resource-group/name`, a complete resource ID, or the name alone. */
export async function openWorkspace(named: string, context: Context<AzureConnection>): Promise<Workspace> {
  const id = toldResourceId(resource, named, context.connection);
  const name = decodeURIComponent(id?.split('/').pop() ?? named);
  const studio = cloudOf(context.connection).synapseStudio;
  const page: Workspace['page'] = (path, query = {}) =>
    id && studio && `${studio}/en/${path}?${new URLSearchParams({ workspace: decodeURIComponent(id), ...query })}`;
  return {
    api: synapseApi(context, name),
    path: '',
    name,
    ...(id ? { id } : {}),
    page,
    runPage: (run) => page(`monitoring/pipelineruns/${encodeURIComponent(run)}`),
    // The name of the pipeline stands in the path here, other than in Data Factory.
    activityRunsPath: (run) =>
      `/pipelines/${encodeURIComponent(run.name)}/pipelineruns/${encodeURIComponent(run.id)}/queryActivityruns`,
  };
}

/** The complete resource ID of the workspace that a person named; a name alone is looked up in the subscription. */
export function workspaceId(named: string, context: Context<AzureConnection>): Promise<string> {
  return resourceId(resource, named, context);
}

/** A Synapse workspace as a home of pipelines. */
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
