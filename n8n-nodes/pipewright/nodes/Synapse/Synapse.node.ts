import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { synapse } from '../../../../shared/src/services/azure/synapse/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { parkingMethods, parkingWebhooks, resumeParked } from '../../../adapter/parking.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Workspaces, pipelines and Spark jobs of Azure Synapse Analytics. */
export class Synapse implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure Synapse',
    name: 'synapse',
    icon: { light: 'file:../../icons/synapse.svg', dark: 'file:../../icons/synapse.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', synapse.operations),
    description: 'Run pipelines and Spark jobs of Azure Synapse Analytics, and wait for them.',
    defaults: { name: 'Azure Synapse' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    webhooks: parkingWebhooks,
    properties: describeProperties(synapse),
  };

  methods = describeMethods(synapse);

  webhookMethods = parkingMethods;

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, synapse);
  }
  async webhook(this: IWebhookFunctions) {
    return resumeParked(this, synapse);
  }
}
