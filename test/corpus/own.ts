import { formatOfName } from '../../shared/src/datasets/formats/format-of-name.ts';
import { lineOf, readValue } from '../../shared/src/datasets/formats/csv-block.ts';
import type { Reject } from '../../shared/src/datasets/formats/csv-scanner.ts';
import { DatasetReader } from '../../shared/src/datasets/formats/dataset-reader.ts';
import type { DetectedFormat } from '../../shared/src/datasets/formats/detected-format.ts';
import type { RowSource } from '../../shared/src/datasets/formats/row-source.ts';
import { loadIntoTable } from '../../shared/src/datasets/load/load-into-table.ts';
import type { LoadResult } from '../../shared/src/datasets/load/load-options.ts';
import { previewRows } from '../../shared/src/datasets/rows/preview-rows.ts';
import type { ColumnType } from '../../shared/src/datasets/types/column.ts';
import { ConvertedRows, type ReadOptions } from '../../shared/src/datasets/types/converted-rows.ts';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { sameValue } from '../databases/value-property/same-value.ts';
import { canonical } from './exact.ts';
import type { Store } from './store.ts';

/** A row as read: its values, and its line or its number in the sheet. */
export interface OwnRow {
  line: number;
  values: (string | null)[];
}

/** A file as Pipewright reads it. */
export interface OwnFile {
  header: string[];
  /** The values as written in the file. */
  rows: OwnRow[];
  rejects: Reject[];
  detected: DetectedFormat | undefined;
  /** Faults of the preview and the load: values of the table that are not those of the file. */
  faults: string[];
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

async function collect(reader: RowSource): Promise<OwnRow[]> {
  const rows: OwnRow[] = [];
  for await (const block of reader.blocks())
    for (let row = 0; row < block.rows; row += 1)
      rows.push({
        line: lineOf(block, row),
        values: Array.from({ length: block.width }, (_value, column) => readValue(block, row * block.width + column)),
      });
  return rows;
}

/**
 * Reads a file, previews it, and loads it into a new table.
 * @param choices options that a user would set
 * @returns the refusal, if all three refuse it or only the load does
 */
export async function readOwn(
  bytes: Uint8Array,
  name: string,
  store: Store,
  choices: Partial<ReadOptions> = {},
): Promise<OwnFile | { refused: string }> {
  const format = { ...formatOfName(name), ...choices };
  const rejects: Reject[] = [];
  const reader = new DatasetReader(whole(bytes), format, (reject) => rejects.push(reject));
  let rows: OwnRow[];
  try {
    rows = await collect(reader);
  } catch (error) {
    return { refused: messageOf(error) };
  }
  const { header } = reader;
  if (!header) return { refused: 'empty-dataset: The dataset is empty.' };
  const file: OwnFile = { header, rows, rejects, detected: reader.detected, faults: [] };
  const changed: Reject[] = [];
  const converted = await collect(new ConvertedRows(whole(bytes), format, (reject) => changed.push(reject)));
  const preview = await previewRows(whole(bytes), { ...format, rows: 1_000 });
  if (
    JSON.stringify(preview.rows) !== JSON.stringify(converted.slice(0, preview.rows.length).map(({ values }) => values))
  )
    file.faults.push('The preview has other rows than the file.');
  const target = await store.open();
  try {
    const loaded = await loadIntoTable(whole(bytes), target, {
      ...format,
      table: 'data',
      mode: 'create',
      maxRejectedRows: 1e9,
    });
    if (loaded.rejected !== changed.length)
      file.faults.push(`The load rejected ${loaded.rejected} rows, reading rejected ${changed.length}.`);
    file.rejects = changed;
    file.detected = loaded.detected;
    file.faults.push(...(await compareTable(store, loaded, converted)));
  } catch (error) {
    return { refused: `load: ${messageOf(error)}` };
  } finally {
    await target.close();
  }
  return file;
}

/** Differences between the table and the rows; the first three. */
async function compareTable(
  store: Store,
  { columns, rows }: LoadResult,
  expected: readonly OwnRow[],
): Promise<string[]> {
  const found: string[] = rows === expected.length ? [] : [`The table has ${rows} of ${expected.length} rows.`];
  let index = 0;
  for await (const stored of store.rows()) {
    expected[index]?.values.forEach((text, place) => {
      const type = columns[place]?.type ?? 'text';
      const value = stored[place] ?? null;
      if (found.length > 2 || isStored(text, value, type)) return;
      found.push(`Row ${index + 1}, ${columns[place]?.name} (${type}): ${JSON.stringify(text)} became ${value}`);
    });
    index += 1;
  }
  return index === expected.length ? found : [...found, `The table has ${index} of ${expected.length} rows.`];
}

function isStored(text: string | null, stored: string | null, type: ColumnType): boolean {
  if (text === stored) return true;
  if (text === null || stored === null) return text === '' && stored === null && type !== 'text';
  if (type === 'boolean') return /^[ty]/i.test(text) === /^[1t]/.test(stored);
  if (type === 'integer' || type === 'decimal') {
    const number = canonical(text);
    return number !== undefined && number === canonical(stored);
  }
  return type !== 'text' && sameValue(text, stored, { family: type });
}

/** The code, message and hint of a refusal. @throws any error that is no refusal */
function messageOf(error: unknown): string {
  if (!(error instanceof PipewrightError)) throw error;
  return `${error.code}: ${describeError(error, 'n8n')}`;
}
