import { PipewrightError } from '../host/error.ts';
import type { ColumnType } from './column.ts';
import type { ExistingColumn, LoadMode } from './target.ts';

/** What of a load concerns its columns. */
interface ColumnsRequest {
  table: string;
  mode: LoadMode;
  key?: readonly string[];
  columns?: Readonly<Record<string, ColumnType>>;
}

/**
 * Whether a dataset's columns and a table's go together. A replaced table must get all of its columns; rows can be
 * appended without some of them.
 * @throws PipewrightError `table-exists` or `columns-missing`
 */
export function checkColumns(
  names: readonly string[],
  existing: readonly ExistingColumn[] | undefined,
  { table, mode, key = [], columns = {} }: ColumnsRequest,
): void {
  const unheard = Object.keys(columns).filter((name) => !names.includes(name));
  if (unheard.length > 0) {
    throw missing(
      `The dataset has no ${list(unheard)}, for which a type is given.`,
      'Write the name as it stands in the header of the dataset, or leave the type out.',
    );
  }
  const keyless = key.filter((name) => !names.includes(name));
  if (keyless.length > 0) throw missing(`The dataset has no ${list(keyless)}, which belongs to the key.`, 'Write the name as it stands in the header of the dataset.');
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
  if (unknown.length > 0) {
    throw missing(`The table “${table}” has no ${list(unknown)}.`, 'Add it to the table, or load into another table.');
  }
  const absent = existing.filter(({ name, optional }) => !optional && !names.includes(name)).map(({ name }) => name);
  if (mode === 'replace' && absent.length > 0) {
    throw missing(
      `The dataset has no ${list(absent)}, which the table “${table}” has.`,
      'Check that it is the right dataset, or load into another table.',
    );
  }
}

function list(names: readonly string[]): string {
  return `column ${names.map((name) => `“${name}”`).join(', ')}`;
}

function missing(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'columns-missing', message, hint });
}
