import { defineAction } from '../../../define/operation.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { factoryField, openFactory } from './factory.ts';
import { sampleTrigger, switchTrigger, triggerField, triggerFields } from './triggers.ts';

/**
 * Starts a trigger; does nothing if it is already started.
 * @see https://learn.microsoft.com/rest/api/datafactory/triggers/start
 */
export const startTrigger = defineAction<AzureConnection>()({
  key: 'startTrigger',
  name: 'Start Trigger',
  resource: 'Trigger',
  description: 'Starts a Data Factory trigger and waits until its state is Started.',
  effect: 'idempotent',
  input: { factory: factoryField, trigger: triggerField },
  output: triggerFields,
  sample: { ...sampleTrigger, state: 'Started', started: true },
  async run(input, context) {
    return switchTrigger(context.host, await openFactory(input.factory, context), input.trigger, 'start');
  },
});
