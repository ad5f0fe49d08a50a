import * as v from 'valibot';
import { defineDeclared, type DeclaredValue } from '../../define/declared-values.ts';
import type { Context } from '../../define/context.ts';
import { values } from '../../define/fields.ts';
import { filledText, type RawInput } from '../../define/raw-input.ts';
import { PipewrightError } from '../../host/error.ts';
import { datasetColumns } from '../dataset-columns.ts';
import type { DatasetSource } from '../dataset-sources.ts';
import type { SqlConnection } from './connection-fields.ts';
import { openDatabase } from './open-database.ts';

/** Choices in one form, all fields together; with more, names are entered as text. */
const maxChoices = 50_000;

const help = 'Column of the dataset to load into this column. Leave empty to match by name.';

/**
 * Input field that maps columns of the table to columns of the dataset. Its form has one field for each column of the table; if the
 * dataset can be read while the form is filled in, its columns are offered in a list.
 */
export function columnMappingField(sources: readonly DatasetSource[]) {
  const header = datasetColumns(sources);

  /** The column names of the dataset; none if it cannot be read yet, such as a file that a previous step will create. */
  async function readHeader(input: RawInput, context: Context<unknown>): Promise<string[]> {
    const columns = await header.load(input, context).catch((): DeclaredValue[] => []);
    return columns.map(({ name }) => name);
  }

  const declared = defineDeclared<SqlConnection>({
    key: 'tableColumns',
    noun: { singular: 'column', plural: 'columns' },
    needs: ['table'],
    uses: ['schema', 'source', 'file', 'url', 'sheet', 'skipRows', 'header', 'delimiter', 'jsonPath', 'fileInZip'],
    async load(input, context) {
      const target = await openDatabase(context.connection, context.host);
      try {
        const names = await target.listColumns(String(input['table']), filledText(input['schema']));
        const choices = names.length === 0 ? [] : await readHeader(input, context);
        return names.map((name) => ({
          name,
          type: 'text',
          required: false,
          help,
          ...(choices.length > 0 && choices.length * names.length <= maxChoices ? { choices } : {}),
        }));
      } finally {
        await target.close();
      }
    },
  });

  return v.optional(
    values({
      label: 'Column Mapping',
      help: {
        n8n: 'Which column of the dataset is loaded into which column of the table. Columns that are not mapped are matched by name.',
        zapier:
          'Which column of the dataset is loaded into which column of the table: the column of the table on the left, and the column of the dataset on the right. Columns that are not mapped are matched by name.',
      },
      placeholder: '{"policy_number": "Policy No."}',
      pair: { name: 'Column in Table', value: 'Column in Dataset' },
      whenEmpty: {
        label: 'By Name',
        description: 'Load each column of the dataset into the column of the table with the same name',
      },
      declared,
      advanced: true,
    }),
  );
}

/**
 * The names of columns in the table by their names in the dataset; empty for columns that are left out.
 * @param mapping names in the dataset by names in the table; empty ones do not count
 * @throws PipewrightError `invalid-input` for a column of the dataset that is mapped twice, or mapped and left out
 */
export function readColumnMapping(
  mapping: Record<string, unknown> = {},
  leftOut: readonly string[] = [],
): Record<string, string> {
  const names = new Map<string, string>();
  for (const [inTable, entered] of Object.entries(mapping)) {
    if (typeof entered === 'object' && entered !== null)
      throw refused(
        `Column Mapping has no name of a column for “${inTable}”, but ${Array.isArray(entered) ? 'a list' : 'an object'}.`,
        'Enter the name of a column of the dataset.',
      );
    const inDataset = entered === null || entered === undefined ? '' : String(entered);
    if (inDataset.trim() === '') continue;
    if (inTable.trim() === '')
      throw refused(
        `Column Mapping has no name of a column in the table for “${inDataset}”.`,
        'Enter the name, or remove the entry. Columns that are not loaded belong under Leave Out Columns.',
      );
    const other = names.get(inDataset);
    if (other !== undefined)
      throw refused(
        `Column Mapping loads the column “${inDataset}” of the dataset into “${other}” and into “${inTable}”.`,
        'Remove one of them: a column of the dataset is loaded into one column of the table.',
      );
    if (leftOut.includes(inDataset))
      throw refused(
        `The column “${inDataset}” is under Column Mapping and under Leave Out Columns.`,
        'Remove it from one of them.',
      );
    names.set(inDataset, inTable);
  }
  return Object.fromEntries([...names, ...leftOut.map((name): [string, string] => [name, ''])]);
}

function refused(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message, hint });
}
