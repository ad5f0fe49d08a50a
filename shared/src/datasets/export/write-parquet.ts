import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js';
import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { parquetTypeOf, type ParquetColumnType, type ParquetValue } from './parquet-type.ts';
import type { ExportColumn, ExportRow, ExportValue } from './row-source.ts';

/** Rows of a row group, and the estimated bytes after which it ends earlier: it is held in memory. */
const maxGroupRows = 50_000;
const maxGroupBytes = 16 * 1024 * 1024;

/** Estimated bytes of a value that is not text. */
const bytesPerValue = 8;

/** Characters of a value to show in an error. */
const maxShown = 100;

/**
 * Writes rows as Parquet, one row group after the other. Every column can be NULL; pages are compressed with Snappy, which
 * all readers support.
 * @throws PipewrightError `invalid-input` for a value that the type of its column cannot represent exactly
 * @see https://parquet.apache.org/docs/file-format/
 */
export async function* writeParquet(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
): Bytes {
  const bytes = new ByteWriter();
  let file: { writer: ParquetWriter; types: readonly ParquetColumnType[] } | undefined;
  let rowsBefore = 0;
  let group: ExportRow[] = [];
  let size = 0;
  const writeGroup = (): Uint8Array => {
    file ??= open(columns, group, bytes);
    const { writer, types } = file;
    const columnData = columns.map((column, index) => {
      const data = group.map((row, at) => {
        const value = row[index] ?? null;
        return value === null ? null : converted(value, column, types[index], rowsBefore + at + 1);
      });
      // The dictionary of the writer takes 0 and -0 for the same value.
      const isPlain = data.some((value) => Object.is(value, -0));
      return { name: column.name, data, ...(isPlain ? { encoding: 'PLAIN' as const } : {}) };
    });
    if (group.length > 0) void writer.write({ columnData, rowGroupSize: group.length });
    rowsBefore += group.length;
    group = [];
    size = 0;
    return taken(bytes);
  };
  for await (const rows of batches)
    for (const row of rows) {
      group.push(row);
      for (const value of row) size += typeof value === 'string' ? value.length : bytesPerValue;
      if (group.length >= maxGroupRows || size >= maxGroupBytes) yield writeGroup();
    }
  if (group.length > 0 || !file) yield writeGroup();
  void file?.writer.finish();
  yield taken(bytes);
}

/** Begins the file. The first rows decide the types of columns without one. */
function open(
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
  bytes: ByteWriter,
): { writer: ParquetWriter; types: readonly ParquetColumnType[] } {
  const types = columns.map((column, index) => parquetTypeOf(column, rows, index));
  const schema = [
    { name: 'schema', num_children: columns.length },
    ...columns.map(({ name }, index) => ({ ...types[index]?.element, name, repetition_type: 'OPTIONAL' as const })),
  ];
  return { writer: new ParquetWriter({ writer: bytes, schema }), types };
}

/** Takes what has been written, so that it does not stay in memory. */
function taken(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice();
  bytes.index = 0;
  return written;
}

/** @param row number of the row, from 1 */
function converted(
  value: Exclude<ExportValue, null>,
  { name }: ExportColumn,
  type: ParquetColumnType | undefined,
  row: number,
): ParquetValue {
  const found = type?.valueOf(value);
  if (found !== undefined) return found;
  const shown = String(value);
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The column “${name}” has a value in row ${row} that Parquet cannot store exactly as ${type?.label}: ${shown.slice(0, maxShown)}${shown.length > maxShown ? '…' : ''}`,
    hint: 'Nothing was exported. Choose CSV, Excel or JSON Lines, or use Export Query to convert the column with CAST, such as to text.',
  });
}
