import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { signedWebhook } from '../../../../shared/src/services/signed-webhook/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow by signed events of any sender. */
export class SignedWebhookTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Signed Webhook Trigger',
    name: 'signedWebhookTrigger',
    icon: { light: 'file:../../icons/pipewright.svg', dark: 'file:../../icons/pipewright.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: 'Event Received',
    description: 'Starts the workflow when a sender delivers an event whose signature is right',
    defaults: { name: 'Signed Webhook Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightWebhookSecretApi', required: true, testedBy: 'testWebhookSecret' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(signedWebhook)),
  };

  methods = describeMethods(signedWebhook);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, signedWebhook);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, signedWebhook);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, signedWebhook);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, signedWebhook);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, signedWebhook);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
