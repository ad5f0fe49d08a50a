import { defineAction } from '../../../define/operation.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { factoryField, openFactory } from './factory.ts';
import { sampleTrigger, switchTrigger, triggerField, triggerFields } from './triggers.ts';

/**
 * Stops a trigger; does nothing if it is already stopped.
 * @see https://learn.microsoft.com/rest/api/datafactory/triggers/stop
 */
export const stopTrigger = defineAction<AzureConnection>()({
  key: 'stopTrigger',
  name: 'Stop Trigger',
  resource: 'Trigger',
  description: 'Stops a Data Factory trigger and waits until its state is Stopped.',
  effect: 'idempotent',
  input: { factory: factoryField, trigger: triggerField },
  output: triggerFields,
  sample: { ...sampleTrigger, state: 'Stopped', started: false },
  async run(input, context) {
    return switchTrigger(context.host, await openFactory(input.factory, context), input.trigger, 'stop');
  },
});
