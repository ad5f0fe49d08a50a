import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { azureMonitor } from '../../../../shared/src/services/azure/monitor/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow when Azure Monitor alerts that pipelines of Azure Data Factory failed. */
export class AzureMonitorTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure Monitor Trigger',
    name: 'azureMonitorTrigger',
    icon: { light: 'file:../../icons/azure-monitor.svg', dark: 'file:../../icons/azure-monitor.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: 'Data Factory Pipeline Failed',
    description: 'Starts the workflow when Azure Monitor alerts that pipelines of Azure Data Factory failed',
    defaults: { name: 'Azure Monitor Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(azureMonitor)),
  };

  methods = describeMethods(azureMonitor);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, azureMonitor);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, azureMonitor);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, azureMonitor);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, azureMonitor);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, azureMonitor);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
