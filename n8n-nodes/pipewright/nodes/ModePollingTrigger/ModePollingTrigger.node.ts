import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { mode } from '../../../../shared/src/services/mode/service.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { pollEvents } from '../../../adapter/polling.ts';
import { describeTriggerProperties, pollingTriggers } from '../../../adapter/trigger-properties.ts';

/** Starts a workflow when a run of a report of Mode has finished, without a webhook. */
export class ModePollingTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Mode Polling Trigger',
    name: 'modePollingTrigger',
    icon: { light: 'file:../../icons/mode.svg', dark: 'file:../../icons/mode.dark.svg' },
    group: ['trigger'],
    version: 2,
    subtitle: 'Report Run Finished (Polling)',
    description: 'Starts the workflow when a run of a report of Mode has finished, without a webhook',
    defaults: { name: 'Mode Polling Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightModeApi', required: true, testedBy: 'testMode' }],
    properties: describeTriggerProperties(pollingTriggers(mode)),
  };

  methods = describeMethods(mode);

  async poll(this: IPollFunctions) {
    return pollEvents(this, mode);
  }
}
