import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { mode } from '../../../../shared/src/services/mode/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow when a run of a Mode report has finished. */
export class ModeTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Mode Trigger',
    name: 'modeTrigger',
    icon: { light: 'file:../../icons/mode.svg', dark: 'file:../../icons/mode.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: 'Report Run Finished',
    description: 'Starts the workflow when a run of a Mode report has finished',
    defaults: { name: 'Mode Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightModeApi', required: true, testedBy: 'testMode' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(mode)),
  };

  methods = describeMethods(mode);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, mode);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, mode);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, mode);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, mode);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, mode);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
