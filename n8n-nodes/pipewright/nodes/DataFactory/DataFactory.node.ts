import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { dataFactory } from '../../../../shared/src/services/azure/data-factory/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { parkingMethods, parkingWebhooks, resumeParked } from '../../../adapter/parking.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Pipelines and triggers of Azure Data Factory. */
export class DataFactory implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure Data Factory',
    name: 'dataFactory',
    icon: { light: 'file:../../icons/data-factory.svg', dark: 'file:../../icons/data-factory.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', dataFactory.operations),
    description: 'Run pipelines of Azure Data Factory, wait for them, and start or stop their triggers.',
    defaults: { name: 'Azure Data Factory' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    webhooks: parkingWebhooks,
    properties: describeProperties(dataFactory),
  };

  methods = describeMethods(dataFactory);

  webhookMethods = parkingMethods;

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, dataFactory);
  }
  async webhook(this: IWebhookFunctions) {
    return resumeParked(this, dataFactory);
  }
}
