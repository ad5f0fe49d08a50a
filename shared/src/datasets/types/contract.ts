import { PipewrightError } from '../../host/error.ts';
import { columnTypes, type Column, type ColumnType } from './column.ts';

/**
 * The columns that were agreed upon for a dataset, as the output of an earlier load gives them.
 * @throws PipewrightError `bad-input` for anything else
 */
export function readContract(value: unknown): Column[] {
  if (!Array.isArray(value) || value.length === 0) throw noContract('it is no list of columns');
  return value.map((entry: unknown) => {
    const { name, type } = (typeof entry === 'object' && entry !== null ? entry : {}) as {
      name?: unknown;
      type?: unknown;
    };
    if (typeof name !== 'string' || name === '') throw noContract('an entry has no name');
    return { name, type: readColumnType(name, type) };
  });
}

/**
 * The type that somebody wrote for a column.
 * @throws PipewrightError `bad-input` for a type that there is not
 */
export function readColumnType(column: string, word: unknown): ColumnType {
  const type = columnTypes.find((known) => known === String(word).trim().toLowerCase());
  if (type) return type;
  throw new PipewrightError({
    code: 'bad-input',
    message: `“${String(word).slice(0, 40)}” is no type for the column “${column}”.`,
    hint: `Write one of these: ${columnTypes.join(', ')}.`,
  });
}

function noContract(why: string): PipewrightError {
  return new PipewrightError({
    code: 'bad-input',
    message: `The contract cannot be read: ${why}.`,
    hint: 'Give it the Columns that an earlier load of the dataset gave, such as [{"name": "policy_number", "type": "text"}].',
  });
}
