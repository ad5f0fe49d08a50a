import type { Context } from '../../../define/context.ts';
import { text } from '../../../define/fields.ts';
import { cloudOf, managementApi } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';
import type { PipelineHome, PipelineHomeKind } from '../pipelines/home.ts';
import { resourceChoices, resourceId } from '../resources.ts';

/** The display name of the service. */
export const service = 'Azure Data Factory';

/** The only generally available API version. */
export const version = '2018-06-01';

const resource = { service, type: 'Microsoft.DataFactory/factories', version, noun: 'data factory' };

/** Field for the data factory. */
export const factoryField = text({
  label: 'Data Factory',
  help: 'Select the data factory, or enter resource-group/name.',
  placeholder: 'data-platform/contoso-factory',
  identifier: 'Name',
  choices: resourceChoices('factories', resource),
});

/** A data factory. */
export interface Factory extends PipelineHome {
  /** Full resource ID, which is also the path in the management plane. */
  id: string;
}

/**
 * Opens a factory by `resource-group/name`, full resource ID, or name; a name is looked up in the subscription.
 * @throws PipewrightError `not-found` if no factory has that name
 */
export async function openFactory(nameOrId: string, context: Context<AzureConnection>): Promise<Factory> {
  const id = await resourceId(resource, nameOrId, context);
  const studio = cloudOf(context.connection).dataFactoryStudio;
  return {
    api: managementApi(context, service),
    path: id,
    id,
    name: id.split('/').pop() ?? nameOrId,
    runPage: (run) => studio && `${studio}/en/monitoring/pipelineruns/${run}?factory=${encodeURIComponent(id)}`,
    activityRunsPath: (run) => `${id}/pipelineruns/${encodeURIComponent(run.id)}/queryActivityruns`,
  };
}

/** Data Factory as a pipeline home. */
export const factoryKind: PipelineHomeKind = {
  service,
  version,
  startsFromFailure: true,
  key: 'factory',
  field: factoryField,
  noun: 'factory',
  studio: {
    name: 'Azure Data Factory Studio',
    pipelinePage: 'https://adf.azure.com/en/authoring/pipeline/QT_fetch_data?factory=…',
    runPage: 'https://adf.azure.com/en/monitoring/pipelineruns/2f7fdb90-5df1-4b8e-ac2f-064cfa58202b?factory=…',
  },
  open: openFactory,
};
