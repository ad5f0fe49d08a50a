import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { quantemplate } from '../../../../shared/src/services/quantemplate/service.ts';
import { describeMethods } from '../../../adapter/methods.ts';
import { pollEvents } from '../../../adapter/polling.ts';
import { describeTriggerProperties, pollingTriggers } from '../../../adapter/trigger-properties.ts';

/** Starts a workflow when a run of a pipeline of Quantemplate has finished, without a webhook. */
export class QuantemplatePollingTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Quantemplate Polling Trigger',
    name: 'quantemplatePollingTrigger',
    icon: { light: 'file:../../icons/quantemplate.svg', dark: 'file:../../icons/quantemplate.dark.svg' },
    group: ['trigger'],
    version: 2,
    subtitle: 'Pipeline Run Finished (Polling)',
    description: 'Starts the workflow when a run of a pipeline of Quantemplate has finished, without a webhook',
    defaults: { name: 'Quantemplate Polling Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'pipewrightQuantemplateApi', required: true, testedBy: 'testQuantemplate' }],
    properties: describeTriggerProperties(pollingTriggers(quantemplate)),
  };

  methods = describeMethods(quantemplate);

  async poll(this: IPollFunctions) {
    return pollEvents(this, quantemplate);
  }
}
