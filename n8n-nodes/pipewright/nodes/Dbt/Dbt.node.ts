import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
} from 'n8n-workflow';
import { dbt } from '../../../../shared/src/services/dbt/service.ts';
import { executeOperations } from '../../../adapter/execute.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { describeProperties } from '../../../adapter/operation-properties.ts';
import { parkingMethods, parkingWebhooks, resumeParked } from '../../../adapter/parking.ts';
import { describeSubtitle } from '../../../adapter/subtitle.ts';

/** Job runs of the dbt platform. */
export class Dbt implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'dbt',
    name: 'dbt',
    icon: { light: 'file:../../icons/dbt.svg', dark: 'file:../../icons/dbt.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: describeSubtitle('operation', dbt.operations),
    description: 'Trigger on job runs of the dbt platform, run jobs, see which step failed, and download artifacts.',
    defaults: { name: 'dbt' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightDbtApi', required: true, testedBy: 'testDbt' }],
    webhooks: parkingWebhooks,
    properties: describeProperties(dbt),
  };

  methods = describeMethods(dbt);

  webhookMethods = parkingMethods;

  async execute(this: IExecuteFunctions) {
    return executeOperations(this, dbt);
  }
  async webhook(this: IWebhookFunctions) {
    return resumeParked(this, dbt);
  }
}
