import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { databricks } from '../../../../shared/src/services/databricks/service.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { pollEvents } from '../../../adapter/polling.ts';
import { describeTriggerProperties, pollingTriggers } from '../../../adapter/trigger-properties.ts';

/** Starts a workflow when a run of a job of Databricks has finished, without a webhook. */
export class DatabricksPollingTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Databricks Polling Trigger',
    name: 'databricksPollingTrigger',
    icon: { light: 'file:../../icons/databricks.svg', dark: 'file:../../icons/databricks.dark.svg' },
    group: ['trigger'],
    version: 2,
    subtitle: 'Job Run Finished (Polling)',
    description: 'Starts the workflow when a Databricks job run finishes; no webhook required',
    defaults: { name: 'Databricks Polling Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightDatabricksApi', required: true, testedBy: 'testDatabricks' }],
    properties: describeTriggerProperties(pollingTriggers(databricks)),
  };

  methods = describeMethods(databricks);

  async poll(this: IPollFunctions) {
    return pollEvents(this, databricks);
  }
}
