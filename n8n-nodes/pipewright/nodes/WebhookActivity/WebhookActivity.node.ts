import { NodeConnectionTypes, type IExecuteFunctions, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { webhookActivity } from '../../../../shared/src/services/azure/webhook-activity/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** WebHook activities, by which pipelines of Data Factory and Synapse wait for somebody. */
export class WebhookActivity implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Azure WebHook Activity',
    name: 'webhookActivity',
    icon: { light: 'file:../../icons/webhook-activity.svg', dark: 'file:../../icons/webhook-activity.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', webhookActivity.operations),
    description: 'Let a pipeline of Data Factory or Synapse wait for a person or a workflow, and then go on or fail.',
    defaults: { name: 'Azure WebHook Activity' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightAzureApi', required: true, testedBy: 'testAzure' }],
    properties: describeProperties(webhookActivity),
  };

  methods = describeMethods(webhookActivity);

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, webhookActivity);
  }
}
