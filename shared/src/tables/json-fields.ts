import * as v from 'valibot';
import type { JsonOptions } from '../datasets/json/json-options.ts';
import { option, text } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { withoutUndefined } from '../host/without-undefined.ts';

/** Input fields for JSON files. */
export const jsonFields = {
  jsonPath: v.optional(
    text({
      label: 'Path to Rows',
      help: 'Where the array of rows is in a JSON file: the names of the fields that lead to it, separated by dots. Leave empty if the file itself is the array.',
      placeholder: 'data.records',
      advanced: true,
    }),
  ),
  nestedValues: v.optional(
    option(
      [
        { value: 'json', label: 'JSON', description: 'Keep nested objects and arrays as JSON text' },
        {
          value: 'columns',
          label: 'Columns',
          description: 'Make the fields of nested objects columns such as address.city; arrays stay JSON',
        },
      ],
      { label: 'Nested Values', help: 'What to do with nested objects in a JSON or Parquet file.', advanced: true },
    ),
    'json',
  ),
};

/** The options that the user chose for a JSON file. */
export function jsonOptionsOf({ jsonPath, nestedValues }: Values<typeof jsonFields>): JsonOptions {
  return withoutUndefined({ jsonPath, flatten: nestedValues === 'columns' });
}
