import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { dataFactory } from '../../../../shared/src/services/azure/data-factory/service.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { pollEvents } from '../../../adapter/polling.ts';
import { describeTriggerProperties, pollingTriggers } from '../../../adapter/trigger-properties.ts';

/** Starts a workflow when a pipeline run of Azure Data Factory has finished. */
export class DataFactoryTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure Data Factory Trigger',
    name: 'dataFactoryTrigger',
    icon: { light: 'file:../../icons/data-factory.svg', dark: 'file:../../icons/data-factory.dark.svg' },
    group: ['trigger'],
    version: 2,
    subtitle: 'Pipeline Run Finished',
    description: 'Starts the workflow when a pipeline run of Azure Data Factory has finished',
    defaults: { name: 'Azure Data Factory Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    properties: describeTriggerProperties(pollingTriggers(dataFactory)),
  };

  methods = describeMethods(dataFactory);

  async poll(this: IPollFunctions) {
    return pollEvents(this, dataFactory);
  }
}
