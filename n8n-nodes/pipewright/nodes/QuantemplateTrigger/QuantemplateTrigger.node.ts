import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { quantemplate } from '../../../../shared/src/services/quantemplate/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow by events of Quantemplate. */
export class QuantemplateTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Quantemplate Trigger',
    name: 'quantemplateTrigger',
    icon: { light: 'file:../../icons/quantemplate.svg', dark: 'file:../../icons/quantemplate.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: describeSubtitle('event', quantemplate.triggers),
    description: 'Starts the workflow when a dataset of Quantemplate is updated or a pipeline has finished',
    defaults: { name: 'Quantemplate Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightQuantemplateApi', required: true, testedBy: 'testQuantemplate' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(quantemplate)),
  };

  methods = describeMethods(quantemplate);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, quantemplate);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, quantemplate);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, quantemplate);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, quantemplate);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, quantemplate);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
