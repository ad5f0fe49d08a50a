import * as v from 'valibot';
import { defineSearch } from '../../../define/operation.ts';
import { text } from '../../../define/fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { factoryField, openFactory } from './factory.ts';
import { listTriggers as readTriggers, readTrigger, sampleTrigger, triggerFields } from './triggers.ts';

/**
 * Lists the triggers of a factory; an exact match comes first.
 * @see https://learn.microsoft.com/rest/api/datafactory/triggers/list-by-factory
 */
export const listTriggers = defineSearch<AzureConnection>()({
  key: 'listTriggers',
  name: 'List Triggers',
  resource: 'Trigger',
  description: 'Lists the triggers of a data factory with their state and pipelines.',
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
    return (await readTriggers(factory))
      .filter((trigger) => trigger.name.toLowerCase().includes(wanted))
      .toSorted((a, b) => Number(b.name.toLowerCase() === wanted) - Number(a.name.toLowerCase() === wanted))
      .map(readTrigger);
  },
});
