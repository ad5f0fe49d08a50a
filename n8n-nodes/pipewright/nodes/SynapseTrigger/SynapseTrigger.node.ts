import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { synapse } from '../../../../shared/src/services/azure/synapse/service.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { pollEvents } from '../../../adapter/polling.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';
import { describeTriggerProperties, pollingTriggers } from '../../../adapter/trigger-properties.ts';

/** Starts a workflow when a pipeline run or a Spark job of Azure Synapse has finished. */
export class SynapseTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure Synapse Trigger',
    name: 'synapseTrigger',
    icon: { light: 'file:../../icons/synapse.svg', dark: 'file:../../icons/synapse.dark.svg' },
    group: ['trigger'],
    version: 2,
    subtitle: describeSubtitle('event', pollingTriggers(synapse)),
    description: 'Starts the workflow when a pipeline run or a Spark job of Azure Synapse has finished',
    defaults: { name: 'Azure Synapse Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    properties: describeTriggerProperties(pollingTriggers(synapse)),
  };

  methods = describeMethods(synapse);

  async poll(this: IPollFunctions) {
    return pollEvents(this, synapse);
  }
}
