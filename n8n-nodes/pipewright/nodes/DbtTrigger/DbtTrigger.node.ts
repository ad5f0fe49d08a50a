import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { dbt } from '../../../../shared/src/services/dbt/service.ts';
import { beginExecution } from '../../../adapter/emit-and-confirm.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';
import { startTrigger } from '../../../adapter/start-trigger.ts';
import { createSubscription, deleteSubscription, subscriptionExists } from '../../../adapter/subscription.ts';
import { describeTriggerProperties, webhookTriggers } from '../../../adapter/trigger-properties.ts';
import { receiveDelivery } from '../../../adapter/webhook.ts';

/** Starts a workflow by events of the dbt platform. */
export class DbtTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'dbt Trigger',
    name: 'dbtTrigger',
    icon: { light: 'file:../../icons/dbt.svg', dark: 'file:../../icons/dbt.dark.svg' },
    group: ['trigger'],
    // With version 1, n8n evaluates an expression for every delivery.
    version: 2,
    subtitle: describeSubtitle('event', dbt.triggers),
    description: 'Starts the workflow when a job run of the dbt platform starts, completes or fails',
    defaults: { name: 'dbt Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightDbtApi', required: true, testedBy: 'testDbt' }],
    webhooks: [
      { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData', path: 'webhook' },
    ],
    properties: describeTriggerProperties(webhookTriggers(dbt)),
  };

  methods = describeMethods(dbt);

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions) {
        return subscriptionExists(this, dbt);
      },
      async create(this: IHookFunctions) {
        return createSubscription(this, dbt);
      },
      async delete(this: IHookFunctions) {
        return deleteSubscription(this, dbt);
      },
    },
  };

  async webhook(this: IWebhookFunctions) {
    return receiveDelivery(this, dbt);
  }

  async trigger(this: ITriggerFunctions) {
    return startTrigger(this, dbt);
  }

  async execute(this: IExecuteFunctions) {
    return beginExecution(this);
  }
}
