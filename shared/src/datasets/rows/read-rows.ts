import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { publicColumn, type Column } from '../types/column.ts';
import { lineOf, readValue, type CsvBlock } from '../formats/csv-block.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import type { RowSource } from '../formats/row-source.ts';
import { ConvertedRows, type ReadOptions } from '../types/converted-rows.ts';
import { TypeInference } from '../types/infer-types.ts';
import { readUntilAborted } from '../bytes/read-until-aborted.ts';

/** A typed value: a number only where it represents the value in the dataset exactly. */
export type TypedValue = string | number | boolean | null;

/** Which rows to read, and the format of the dataset. */
export interface RowsOptions extends ReadOptions {
  /** Number of the first row, from 1. */
  first: number;
  /** Maximum number of rows. */
  count: number;
  /** Maximum size of the rows as JSON, in bytes; at least one row is returned. Default: unlimited. */
  maxBytes?: number;
  signal?: AbortSignal;
}

/** Some rows of a dataset. */
export interface DatasetRows {
  /** The columns, with types based on all rows from the start of the dataset to the last one read. */
  columns: Column[];
  rows: Record<string, TypedValue>[];
  /** Whether there are more rows. */
  more: boolean;
  /** What was detected in the file. */
  detected: DetectedFormat | undefined;
}

/** Digits that a number represents exactly. */
const exactDigits = 15;

/**
 * Creates the conversion for the values of a column. Integers of a column become numbers if all of them are exact.
 * @param isExact whether a number represents every value exactly, for integers
 */
function converterOf({ type, precision = Infinity }: Column, isExact: () => boolean): (text: string) => TypedValue {
  if ((type === 'integer' && isExact()) || (type === 'decimal' && precision <= exactDigits)) return Number;
  return type === 'boolean' ? (text) => text.toLowerCase() === 'true' : (text) => text;
}

/**
 * Reads some rows of a dataset with typed values. The dataset is read from its start up to these rows, and then closed.
 * @throws PipewrightError `rejected-rows` for an invalid row, `empty-dataset` without a header, and the errors of
 * `ConvertedRows`
 */
export async function readRows(
  source: Bytes,
  { first, count, maxBytes: mostBytes = Infinity, ...options }: RowsOptions,
): Promise<DatasetRows> {
  let reject: Reject | undefined;
  const reader = new ConvertedRows(readUntilAborted(source, options.signal), options, (found) => (reject ??= found));
  let inference: TypeInference | undefined;
  const texts: (string | null)[][] = [];
  let number = 0;
  let bytes = 0;
  /** Collects rows; returns true once all requested rows were read and there is another one. */
  const collect = (block: CsvBlock): boolean => {
    inference ??= reader.header && new TypeInference(reader.header, {}, {}, true, reader.quotedIsText, reader.types);
    inference?.add(block);
    for (let row = 0; row < block.rows; row += 1) {
      number += 1;
      if (number < first) continue;
      const values = Array.from({ length: block.width }, (_value, column) =>
        readValue(block, row * block.width + column),
      );
      if (mostBytes < Infinity) bytes += sizeOf(reader.header ?? [], values);
      if (texts.length === count || (bytes > mostBytes && texts.length > 0)) {
        if (reject && reject.line < lineOf(block, row)) throw invalidRow(reject, reader);
        return true;
      }
      texts.push(values);
    }
    if (reject) throw invalidRow(reject, reader);
    return false;
  };
  let more = false;
  for await (const block of reader.blocks()) {
    more = collect(block);
    if (more) break;
  }
  const { header } = reader;
  if (!header || !inference)
    throw new PipewrightError({
      code: 'empty-dataset',
      message: 'The dataset is empty.',
      hint: 'A dataset needs at least a header.',
    });
  const columns = inference.columns().map(publicColumn);
  const types = columns.map((column, place) =>
    converterOf(column, () => texts.every((values) => Number.isSafeInteger(Number(values[place] ?? 0)))),
  );
  /** The empty string is NULL in columns other than text. */
  const typed = (text: string | null, column: number): TypedValue =>
    text === null || (text === '' && columns[column]?.type !== 'text')
      ? null
      : (types[column] as (value: string) => TypedValue)(text);
  const rows = texts.map((values) =>
    Object.fromEntries(header.map((name, column) => [name, typed(values[column] ?? null, column)])),
  );
  return { columns, rows, more, detected: reader.detected };
}

const sizeOf = (header: readonly string[], values: readonly (string | null)[]): number =>
  Buffer.byteLength(JSON.stringify([header, values]));

function invalidRow({ line, reason, value }: Reject, { quotedIsText, unit }: RowSource): PipewrightError {
  return new PipewrightError({
    code: 'rejected-rows',
    message: `A row is invalid: ${unit} ${line} ${reason}${value ? ` (“${value.slice(0, 60)}”)` : ''}.`,
    hint:
      unit === 'row'
        ? 'Correct the file, or change Invalid Cells.'
        : quotedIsText
          ? 'Correct the file.'
          : 'Correct the file, or check Delimiter.',
  });
}
