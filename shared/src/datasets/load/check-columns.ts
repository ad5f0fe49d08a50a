import { PipewrightError } from '../../host/error.ts';
import type { Column, ColumnType } from '../types/column.ts';
import type { ExistingColumn, LoadMode } from './target.ts';

/**
 * What happens when the columns of a dataset are not those that were agreed upon, by the table or by a contract: the
 * dataset is refused, the columns that are too many are left out, or the table gets them, and wider types.
 */
export const schemaChangePolicies = ['fail', 'ignore', 'evolve'] as const;

/** One of `schemaChangePolicies`. */
export type SchemaChangePolicy = (typeof schemaChangePolicies)[number];

/** The columns in which each row says from which load it is, where somebody wants that, and their types in a new table. */
export const loadColumnTypes = {
  _load_id: 'text',
  _loaded_at: 'timestamp-with-zone',
  _source: 'text',
  _source_event_id: 'text',
} as const;

/** Their names. */
export const loadColumnNames = Object.keys(loadColumnTypes);

/** What of a load concerns its columns. */
interface ColumnsRequest {
  table: string;
  mode: LoadMode;
  key?: readonly string[];
  columnTypes?: Readonly<Record<string, ColumnType>>;
  contract?: readonly Column[];
  onSchemaChange?: SchemaChangePolicy;
}

/** Whether the dataset may bring columns that nobody knows. */
function takesNew({ onSchemaChange = 'fail' }: ColumnsRequest): boolean {
  return onSchemaChange === 'evolve';
}

/**
 * Whether a dataset's columns, the contract's and a table's go together. A replaced table must get all of its columns;
 * rows can be appended without some of them.
 * @param names the columns that are to be loaded
 * @throws PipewrightError `table-exists` or `columns-missing`
 */
export function checkColumns(
  names: readonly string[],
  existing: readonly ExistingColumn[] | undefined,
  request: ColumnsRequest,
): void {
  const { table, mode, key = [], columnTypes: columns = {}, contract } = request;
  const without = (wanted: readonly string[]): string[] => wanted.filter((name) => !names.includes(name));
  const unheard = without(Object.keys(columns));
  if (unheard.length > 0) {
    throw missing(
      `The dataset has no ${list(unheard)}, for which a type is given.`,
      'Write the name as it is in the header of the dataset, or leave the type out.',
    );
  }
  const keyless = without(key);
  if (keyless.length > 0)
    throw missing(
      `The dataset has no ${list(keyless)}, which belongs to the key.`,
      'Write the name as it is in the header of the dataset.',
    );
  if (contract) checkContract(names, contract, request);
  if (!existing) return;
  if (mode === 'create') {
    throw new PipewrightError({
      code: 'table-exists',
      message: `The table “${table}” exists already.`,
      hint: 'Choose another mode, or another table.',
    });
  }
  const known = existing.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 && !takesNew(request)) {
    throw missing(
      `The table “${table}” has no ${list(unknown)}.`,
      'Add it to the table, load into another table, or choose Change the Table under Columns That Differ.',
    );
  }
  const absent = without(existing.filter(({ optional }) => !optional).map(({ name }) => name));
  if (mode === 'replace' && absent.length > 0) {
    throw missing(
      `The dataset has no ${list(absent)}, which the table “${table}” has.`,
      'Check that it is the right dataset, or load into another table.',
    );
  }
}

function checkContract(names: readonly string[], contract: readonly Column[], request: ColumnsRequest): void {
  const agreed = contract.map(({ name }) => name);
  const absent = agreed.filter((name) => !names.includes(name));
  if (absent.length > 0)
    throw missing(
      `The dataset has no ${list(absent)}, which the contract has.`,
      'Check that it is the right dataset, or leave the column out of the contract.',
    );
  const unknown = names.filter((name) => ![...agreed, ...loadColumnNames].includes(name));
  if (unknown.length > 0 && !takesNew(request))
    throw missing(
      `The contract has no ${list(unknown)}.`,
      'Add it to the contract, or choose another way under Columns That Differ.',
    );
}

function list(names: readonly string[]): string {
  return `column ${names.map((name) => `“${name}”`).join(', ')}`;
}

function missing(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'columns-missing', message, hint });
}
