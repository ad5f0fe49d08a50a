import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { dbt } from '../../../../shared/src/services/dbt/service.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { pollEvents } from '../../../adapter/polling.ts';
import { describeTriggerProperties, pollingTriggers } from '../../../adapter/trigger-properties.ts';

/** Starts a workflow when a job run of dbt has finished, without a webhook. */
export class DbtPollingTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'dbt Polling Trigger',
    name: 'dbtPollingTrigger',
    icon: { light: 'file:../../icons/dbt.svg', dark: 'file:../../icons/dbt.dark.svg' },
    group: ['trigger'],
    version: 2,
    subtitle: 'Job Run Finished (Polling)',
    description: 'Starts the workflow when a dbt job run finishes; no webhook required',
    defaults: { name: 'dbt Polling Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightDbtApi', required: true, testedBy: 'testDbt' }],
    properties: describeTriggerProperties(pollingTriggers(dbt)),
  };

  methods = describeMethods(dbt);

  async poll(this: IPollFunctions) {
    return pollEvents(this, dbt);
  }
}
