import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { webhookActivity } from '../../../../shared/src/services/azure/webhook-activity/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow when a pipeline of Data Factory or Synapse comes to a WebHook activity. */
export class WebhookActivityTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure WebHook Activity Trigger',
    name: 'webhookActivityTrigger',
    icon: { light: 'file:../../icons/webhook-activity.svg', dark: 'file:../../icons/webhook-activity.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: 'WebHook Activity Reached',
    description:
      'Starts the workflow when a pipeline of Data Factory or Synapse comes to a WebHook activity and waits there',
    defaults: { name: 'Azure WebHook Activity Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(webhookActivity)),
  };

  methods = describeMethods(webhookActivity);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, webhookActivity);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, webhookActivity);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, webhookActivity);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, webhookActivity);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, webhookActivity);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
