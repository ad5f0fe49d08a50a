import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import { columnTypes, type Column, type ColumnType } from './column.ts';

/**
 * Parses a contract: the columns of a dataset, in the format of the Columns output of a load.
 * @throws PipewrightError `invalid-input`
 */
export function readContract(value: unknown): Column[] {
  if (!Array.isArray(value) || value.length === 0) throw invalidContract('it is not a list of columns');
  return value.map((entry: unknown) => {
    const { name, type } = isObject(entry) ? entry : {};
    if (typeof name !== 'string' || name === '') throw invalidContract('an entry has no name');
    return { name, type: readColumnType(name, type) };
  });
}

/**
 * Parses a column type.
 * @throws PipewrightError `invalid-input` for an unknown type
 */
export function readColumnType(column: string, value: unknown): ColumnType {
  const type = columnTypes.find((known) => known === String(value).trim().toLowerCase());
  if (type) return type;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The type “${String(value).slice(0, 40)}” of the column “${column}” is unknown.`,
    hint: `Use one of: ${columnTypes.join(', ')}.`,
  });
}

function invalidContract(reason: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: `The contract is invalid: ${reason}.`,
    hint: 'Use the Columns output of an earlier load, such as [{"name": "policy_number", "type": "text"}].',
  });
}
