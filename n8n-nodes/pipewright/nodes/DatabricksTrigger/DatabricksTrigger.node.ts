import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { databricks } from '../../../../shared/src/services/databricks/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow by notifications of Databricks jobs. */
export class DatabricksTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Databricks Trigger',
    name: 'databricksTrigger',
    icon: { light: 'file:../../icons/databricks.svg', dark: 'file:../../icons/databricks.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: 'Job Notification',
    description: 'Starts the workflow when a Databricks job run starts, succeeds, fails or takes too long',
    defaults: { name: 'Databricks Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightDatabricksApi', required: true, testedBy: 'testDatabricks' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(databricks)),
  };

  methods = describeMethods(databricks);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, databricks);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, databricks);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, databricks);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, databricks);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, databricks);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
