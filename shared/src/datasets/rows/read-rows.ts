import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { decodeDataset, type DatasetFormat } from '../formats/decode-dataset.ts';
import { publicColumn, type Column } from '../types/column.ts';
import { lineOf, readValue, type CsvBlock } from '../formats/csv-block.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import { DatasetScanner } from '../formats/dataset-scanner.ts';
import { TypeInference } from '../types/infer-types.ts';
import { readUntilAborted } from '../bytes/read-until-aborted.ts';

/** A value with its type: a number only where it says exactly what stands in the dataset. */
export type TypedValue = string | number | boolean | null;

/** Which rows are read, and how the dataset is written. */
export interface RowsOptions extends CsvFormat, DatasetFormat {
  /** Place of the first row, from 1. */
  first: number;
  /** Rows at most. */
  count: number;
  /** Bytes that the rows may have together as JSON; one row is given in any case. Default: any number. */
  maxBytes?: number;
  signal?: AbortSignal;
}

/** Some rows of a dataset. */
export interface DatasetRows {
  /** The columns with the types that hold for all rows that were read, from the beginning of the dataset on. */
  columns: Column[];
  rows: Record<string, TypedValue>[];
  /** Whether there are further rows. */
  more: boolean;
}

/** Digits that a number holds exactly. */
const exactDigits = 15;

/** How the values of a column become typed ones; those that stay text have no entry. */
function typeOf({ type, precision = Infinity }: Column): (text: string) => TypedValue {
  if (type === 'integer' || (type === 'decimal' && precision <= exactDigits)) return Number;
  return type === 'boolean' ? (text) => text.toLowerCase() === 'true' : (text) => text;
}

/**
 * Some rows of a dataset with typed values. It is read from its beginning, and no further than it must: what comes before the
 * rows is passed over, and behind them the source is closed.
 * @throws PipewrightError `rejected-rows` for a row with another number of values, `empty-dataset` without a header, and what `asCsv` raises
 */
export async function readRows(
  source: Bytes,
  { first, count, maxBytes: mostBytes = Infinity, ...options }: RowsOptions,
): Promise<DatasetRows> {
  let reject: Reject | undefined;
  const scanner = new DatasetScanner(options, (found) => (reject ??= found));
  let inference: TypeInference | undefined;
  const texts: (string | null)[][] = [];
  let place = 0;
  let bytes = 0;
  /** Whether all wanted rows were read, and there is one more. */
  const look = (block: CsvBlock): boolean => {
    inference ??= scanner.header && new TypeInference(scanner.header, {}, {}, true, scanner.quotedIsText);
    inference?.add(block);
    for (let row = 0; row < block.rows; row += 1) {
      place += 1;
      if (place < first) continue;
      const values = Array.from({ length: block.width }, (_value, column) =>
        readValue(block, row * block.width + column),
      );
      if (mostBytes < Infinity) bytes += sizeOf(scanner.header ?? [], values);
      if (texts.length === count || (bytes > mostBytes && texts.length > 0)) {
        if (reject && reject.line < lineOf(block, row)) throw refused(reject);
        return true;
      }
      texts.push(values);
    }
    if (reject) throw refused(reject);
    return false;
  };
  let more = false;
  for await (const piece of decodeDataset(readUntilAborted(source, options.signal), options)) {
    more = look(scanner.push(piece));
    if (more) break;
  }
  if (!more) more = look(scanner.end());
  const { header } = scanner;
  if (!header || !inference)
    throw new PipewrightError({
      code: 'empty-dataset',
      message: 'The dataset is empty.',
      hint: 'A dataset needs at least a header.',
    });
  const columns = inference.columns().map(publicColumn);
  const types = columns.map(typeOf);
  /** An empty text is NULL in a column that is not text. */
  const typed = (text: string | null, column: number): TypedValue =>
    text === null || (text === '' && columns[column]?.type !== 'text')
      ? null
      : (types[column] as (value: string) => TypedValue)(text);
  const rows = texts.map((values) =>
    Object.fromEntries(header.map((name, column) => [name, typed(values[column] ?? null, column)])),
  );
  return { columns, rows, more };
}

const sizeOf = (header: readonly string[], values: readonly (string | null)[]): number =>
  Buffer.byteLength(JSON.stringify([header, values]));

function refused({ line, reason }: Reject): PipewrightError {
  return new PipewrightError({
    code: 'rejected-rows',
    message: `A row cannot be read: line ${line} ${reason}.`,
    hint: 'Correct the file, or choose its delimiter under Delimiter.',
  });
}
