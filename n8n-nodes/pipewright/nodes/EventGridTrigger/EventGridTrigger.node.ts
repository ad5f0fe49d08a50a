import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { eventGrid } from '../../../../shared/src/services/event-grid/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow by events of Azure Event Grid. */
export class EventGridTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure Event Grid Trigger',
    name: 'eventGridTrigger',
    icon: { light: 'file:../../icons/event-grid.svg', dark: 'file:../../icons/event-grid.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: describeSubtitle('event', webhookTriggers(eventGrid)),
    description: 'Starts the workflow when a file arrives in Azure storage or a topic of Event Grid has an event',
    defaults: { name: 'Azure Event Grid Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightWebhookSecretApi', required: true, testedBy: 'testWebhookSecret' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(eventGrid)),
  };

  methods = describeMethods(eventGrid);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, eventGrid);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, eventGrid);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, eventGrid);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, eventGrid);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, eventGrid);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
