import { PipewrightError } from '../../host/error.ts';
import type { Column, ColumnType } from '../types/column.ts';
import type { ExistingColumn } from './existing-column.ts';
import type { LoadMode } from './load-mode.ts';

/**
 * What to do when the columns of a dataset differ from those of the table or the contract: fail the load, ignore the
 * additional columns, or evolve the table with new columns and wider types.
 */
export const schemaChangePolicies = ['fail', 'ignore', 'evolve'] as const;

/** One of `schemaChangePolicies`. */
export type SchemaChangePolicy = (typeof schemaChangePolicies)[number];

/** The load metadata columns, with their types in a new table. */
export const metadataColumnTypes = {
  _load_id: 'text',
  _loaded_at: 'timestamp-with-zone',
  _source: 'text',
  _source_event_id: 'text',
} as const;

/** The names of the load metadata columns. */
export const metadataColumnNames = Object.keys(metadataColumnTypes);

/** The options of a load that concern its columns. */
interface ColumnsRequest {
  table: string;
  mode: LoadMode;
  key?: readonly string[];
  columnTypes?: Readonly<Record<string, ColumnType>>;
  contract?: readonly Column[];
  onSchemaChange?: SchemaChangePolicy;
}

const allowsNewColumns = ({ onSchemaChange = 'fail' }: ColumnsRequest): boolean => onSchemaChange === 'evolve';

/**
 * Checks that the columns of the dataset, the contract and the table match. A replaced table needs all of its columns;
 * the other modes can omit some.
 * @param names the columns to load
 * @throws PipewrightError `table-exists` or `columns-missing`
 */
export function checkColumns(
  names: readonly string[],
  existing: readonly ExistingColumn[] | undefined,
  request: ColumnsRequest,
): void {
  const { table, mode, key = [], columnTypes = {}, contract } = request;
  const missingFrom = (wanted: readonly string[]): string[] => wanted.filter((name) => !names.includes(name));
  const withoutColumn = missingFrom(Object.keys(columnTypes));
  if (withoutColumn.length > 0) {
    throw columnsMissing(
      `The dataset has no ${list(withoutColumn)}, which Column Types defines.`,
      'Use the spelling of the header, or remove the column from Column Types.',
    );
  }
  const missingKey = missingFrom(key);
  if (missingKey.length > 0)
    throw columnsMissing(
      `The dataset has no ${list(missingKey)}, which is part of the key.`,
      'Use the spelling of the header in Key Columns.',
    );
  if (contract) checkContract(names, contract, request);
  if (!existing) return;
  if (mode === 'create') {
    throw new PipewrightError({
      code: 'table-exists',
      message: `The table “${table}” already exists.`,
      hint: 'Choose another mode or another table.',
    });
  }
  const existingNames = existing.map(({ name }) => name);
  const additional = names.filter((name) => !existingNames.includes(name));
  if (additional.length > 0 && !allowsNewColumns(request)) {
    throw columnsMissing(
      `The table “${table}” has no ${list(additional)}.`,
      'Add the column to the table, load into another table, or set On Schema Change to Evolve Table.',
    );
  }
  const absent = missingFrom(existing.filter(({ optional }) => !optional).map(({ name }) => name));
  if (mode === 'replace' && absent.length > 0) {
    throw columnsMissing(
      `The dataset has no ${list(absent)}, which the table “${table}” requires.`,
      'Check that it is the right dataset, or load into another table.',
    );
  }
}

function checkContract(names: readonly string[], contract: readonly Column[], request: ColumnsRequest): void {
  const contractNames = contract.map(({ name }) => name);
  const absent = contractNames.filter((name) => !names.includes(name));
  if (absent.length > 0)
    throw columnsMissing(
      `The dataset has no ${list(absent)}, which the contract requires.`,
      'Check that it is the right dataset, or remove the column from the contract.',
    );
  const additional = names.filter((name) => ![...contractNames, ...metadataColumnNames].includes(name));
  if (additional.length > 0 && !allowsNewColumns(request))
    throw columnsMissing(
      `The contract has no ${list(additional)}.`,
      'Add the column to the contract, or change On Schema Change.',
    );
}

function list(names: readonly string[]): string {
  return `column ${names.map((name) => `“${name}”`).join(', ')}`;
}

function columnsMissing(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'columns-missing', message, hint });
}
