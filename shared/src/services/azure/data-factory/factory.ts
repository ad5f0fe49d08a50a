import type { Context } from '../../../define/context.ts';
import { text } from '../../../define/fields.ts';
import { cloudOf, managementApi } from '../api.ts';
import type { AzureConnection } from '../connection-fields.ts';
import type { PipelineHome, PipelineHomeKind } from '../pipelines/home.ts';
import { resourceChoices, resourceId } from '../resources.ts';

/** The display name of the service. */
export const service = 'Azure Data Factory';

/** The only version of Data Factory's interface that is generally available. */
export const version = '2018-06-01';

const resource = { service, type: 'Microsoft.DataFactory/factories', version, noun: 'data factory' };

/** The field that says which factory. */
export const factoryField = text({
  label: 'Data Factory',
  help: 'Pick the factory, or type its resource group and name with a slash between them.',
  placeholder: 'data-platform/contoso-factory',
  choices: resourceChoices('factories', resource),
});

/** An opened factory. */
export interface Factory extends PipelineHome {
  /** Complete resource ID, which is also the path of the factory at the management plane. */
  id: string;
}

/**
 * Opens the factory that a person named: `resource-group/name`, a complete resource ID, or the name alone, which is looked
 * up in the subscription.
 * @throws PipewrightError `not-found` when no factory has that name
 */
export async function openFactory(named: string, context: Context<AzureConnection>): Promise<Factory> {
  const id = await resourceId(resource, named, context);
  const studio = cloudOf(context.connection).dataFactoryStudio;
  return {
    api: managementApi(context, service),
    path: id,
    id,
    name: id.split('/').pop() ?? named,
    runPage: (run) => studio && `${studio}/en/monitoring/pipelineruns/${run}?factory=${encodeURIComponent(id)}`,
    activityRunsPath: (run) => `${id}/pipelineruns/${encodeURIComponent(run.id)}/queryActivityruns`,
  };
}

/** Data Factory as a home of pipelines. */
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
