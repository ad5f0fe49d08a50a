import * as v from 'valibot';
import { defineSearch } from '../../../define/operation.ts';
import { text } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { factoryField, openFactory } from './factory.ts';
import { listTriggers, readTrigger, sampleTrigger, triggerFields } from './triggers.ts';

/**
 * Finds triggers of a factory by part of their name; an exact match comes first.
 * @see https://learn.microsoft.com/rest/api/datafactory/triggers/list-by-factory
 */
export const findTrigger = defineSearch<AzureConnection>()({
  key: 'findTrigger',
  name: 'Find Trigger',
  resource: 'Trigger',
  description: 'Finds triggers of a data factory by name and returns their state and pipelines.',
  input: {
    factory: factoryField,
    name: v.optional(
      text({
        label: 'Name',
        help: 'All or part of the trigger name (case-insensitive). Leave empty for all triggers.',
        placeholder: 'morning',
      }),
    ),
  },
  output: triggerFields,
  sample: sampleTrigger,
  async run(input, context) {
    const factory = await openFactory(input.factory, context);
    const wanted = input.name?.toLowerCase() ?? '';
    return (await listTriggers(factory))
      .filter((trigger) => trigger.name.toLowerCase().includes(wanted))
      .toSorted((a, b) => Number(b.name.toLowerCase() === wanted) - Number(a.name.toLowerCase() === wanted))
      .map(readTrigger);
  },
});
