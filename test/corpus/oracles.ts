import { readFileSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import * as sheetJs from '@e965/xlsx';
import { parse } from 'csv-parse/sync';
import { gunzipSync } from 'node:zlib';
import { canonical, ExactNumber, isObject, parseExactly, sameJson } from './exact.ts';
import type { OwnFile } from './own.ts';

/** What another reader says of a file: the first differences, or why it cannot be compared. */
export type Verdict = { differences: string[] } | { unclear: string };

const characters: Record<string, string> = { Comma: ',', Semicolon: ';', Tab: '\t', Pipe: '|' };
const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? 'nothing';

/** Compares rows with those of csv-parse for the same delimiter and header line. Rows that were rejected must be those of another width. */
export function compareCsv(bytes: Buffer, own: OwnFile): Verdict {
  const { delimiter = 'None', headerLine = 1, encoding = 'utf-8' } = own.detected ?? {};
  const text = new TextDecoder(isBigEndian(bytes) ? 'utf-16be' : encoding).decode(bytes);
  const width = own.header.length;
  const lines = /^\s*"?sep=/i.test(text) ? text.replace(/^.*\r?\n/, '\n') : text;
  let records: string[][];
  try {
    records = parse(lines, {
      delimiter: characters[delimiter] ?? '\u0001',
      bom: true,
      relax_column_count: true,
      record_delimiter: endsInReturns(text) ? ['\r'] : ['\r\n', '\n'],
      skip_empty_lines: true,
      from_line: Math.max(1, headerLine),
    });
  } catch (error) {
    return { unclear: `csv-parse: ${String(error).slice(0, 120)}` };
  }
  const header = headerLine > 0 ? records.shift() : undefined;
  const differences: string[] = [];
  header?.forEach((name, column) => {
    const plain = name.trim();
    if (plain !== '' && !own.header[column]?.startsWith(plain))
      differences.push(`Column ${shown(name)} is ${own.header[column]}`);
  });
  const rows = own.rows.filter(({ values }) => width > 1 || values[0] !== null);
  const fitting = records.filter((record) => record.length === width);
  return {
    differences: [
      ...differences,
      ...compareRows(
        rows.map(({ values }) => values),
        fitting,
        (mine, theirs) => (mine ?? '') === theirs,
        own.rejects.length,
      ),
    ],
  };
}

/** Whether most lines end in a carriage return alone. */
const endsInReturns = (text: string): boolean => text.split(/\r(?!\n)/).length > text.split('\n').length;

const isBigEndian = (bytes: Buffer): boolean => (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes[0] === 0;

/** Compares rows in order. With rejected rows, the other reader may have that many more rows. */
function compareRows<T>(
  own: readonly (string | null)[][],
  theirs: readonly (readonly T[])[],
  isSame: (own: string | null, theirs: T, column: number) => boolean,
  rejected: number,
): string[] {
  let spare = rejected;
  let at = 0;
  for (const row of own) {
    const differs = (): number => row.findIndex((value, column) => !isSame(value, theirs[at]?.[column] as T, column));
    const first = at;
    let column = at < theirs.length ? differs() : 0;
    while (column >= 0 && spare > 0 && at < theirs.length) {
      spare -= 1;
      at += 1;
      column = at < theirs.length ? differs() : 0;
    }
    if (column >= 0)
      return [
        `Row ${first + 1} of ${theirs.length}, column ${column + 1}: ${shown(row[column])} is ${shown(theirs[first]?.[column])}`,
      ];
    at += 1;
  }
  return theirs.length - at > spare ? [`${own.length} rows and ${rejected} rejected of ${theirs.length}`] : [];
}

/** Compares the values of each row of the sheet, in order, with SheetJS. */
export function compareExcel(bytes: Buffer, own: OwnFile): Verdict {
  let workbook: sheetJs.WorkBook;
  try {
    workbook = sheetJs.read(bytes, { cellNF: true, cellText: false, cellHTML: false, nodim: true });
  } catch (error) {
    return { unclear: `SheetJS: ${String(error).slice(0, 120)}` };
  }
  const { sheet = '', headerLine = 0 } = own.detected ?? {};
  const is1904 = workbook.Workbook?.WBProps?.date1904 === true;
  const theirs = new Map<number, sheetJs.CellObject[]>();
  const cells = Object.entries(workbook.Sheets[sheet] ?? {})
    .filter(([address, cell]) => !address.startsWith('!') && cell.v !== undefined && cell.v !== '')
    .map(([address, cell]) => ({ ...sheetJs.utils.decode_cell(address), cell: cell as sheetJs.CellObject }))
    .sort((one, other) => one.r - other.r || one.c - other.c);
  for (const { r, cell } of cells) {
    const row = theirs.get(r + 1) ?? [];
    row.push(cell);
    theirs.set(r + 1, row);
  }
  const rejected = new Set(own.rejects.map(({ line }) => line));
  const differences: string[] = [];
  for (const { line, values } of own.rows) {
    const mine = values.filter((value) => value !== null);
    const others = theirs.get(line) ?? [];
    theirs.delete(line);
    const at = mine.findIndex((value, index) => !isCell(value, others[index], is1904));
    if (mine.length !== others.length || at >= 0)
      differences.push(
        `Row ${line}: ${shown(mine[Math.max(at, 0)])} is ${shown(others[Math.max(at, 0)])}; ${mine.length} and ${others.length} values`,
      );
  }
  for (const [line] of theirs) if (line > headerLine && !rejected.has(line)) differences.push(`Row ${line} is missing`);
  return { differences };
}

function isCell(own: string, cell: sheetJs.CellObject | undefined, is1904: boolean): boolean {
  if (!cell) return false;
  if (cell.t !== 'n' || typeof cell.v !== 'number')
    return own.replaceAll('\r\n', '\n') === String(cell.v).replaceAll('\r\n', '\n');
  if (!sheetJs.SSF.is_date(String(cell.z ?? 'General'))) return Number(own) === cell.v;
  if (/^-?[\d.]+$/.test(own)) return false;
  const [, day, time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?: (.*))?$/.exec(own) ?? [];
  // SheetJS has no text for times of day.
  if (day === undefined) return /^-?\d+:\d\d/.test(own);
  const milliseconds = Math.round((cell.v + (is1904 ? 1462 : 0) - 25_569) * 86_400_000);
  return Math.abs(Date.parse(`${day}T${time.replace('Z', '')}Z`) - milliseconds) < 2 || cell.v < 61;
}

/**
 * The rows of a JSON file: the elements of its array, its objects one after the other, or its lines.
 * @param path name of the field with the rows
 */
export function compareJson(bytes: Buffer, own: OwnFile, path?: string): Verdict {
  const text = new TextDecoder().decode(bytes);
  let found: unknown[];
  try {
    const whole = parseExactly(text);
    const parsed = path !== undefined && isObject(whole) ? whole[path] : whole;
    found = Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    try {
      found = text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(parseExactly);
    } catch (error) {
      return { unclear: `JSON.parse: ${String(error).slice(0, 100)}` };
    }
  }
  const rows = found
    .filter(isObject)
    .map((row) => own.header.map((name) => (Object.hasOwn(row, name) ? row[name] : null)));
  const unnamed =
    own.rejects.length === 0 &&
    found
      .filter(isObject)
      .flatMap((row) => Object.keys(row))
      .find((key) => !own.header.includes(key.trim()));
  const differences = compareRows(
    own.rows.map(({ values }) => values),
    rows,
    isJsonValue,
    own.rejects.length,
  );
  return {
    differences: [...differences, ...(typeof unnamed === 'string' ? [`The field ${unnamed} is missing.`] : [])],
  };
}

function isJsonValue(own: string | null, theirs: unknown): boolean {
  if (own === null || theirs === null || theirs === undefined) return own === null && (theirs ?? null) === null;
  if (typeof theirs === 'string') return own === theirs;
  if (theirs instanceof ExactNumber) return canonical(own) === canonical(theirs.text);
  return sameJson(parseExactly(own), theirs);
}

/** Compares the rows with those of DuckDB. */
export async function compareParquet(path: string, own: OwnFile, duckdb: DuckDBConnection): Promise<Verdict> {
  const source = `read_parquet('${path.replaceAll("'", "''")}')`;
  try {
    const columns = (await duckdb.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`))
      .getRowsJson()
      .map(([name, type]) => ({ name: String(name), type: String(type) }));
    const value = ({ name, type }: { name: string; type: string }): string => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      if (/[[(]|MAP|STRUCT/.test(type) && !type.startsWith('DECIMAL')) return `CAST(to_json(${quoted}) AS VARCHAR)`;
      return type === 'BLOB' ? `try(decode(${quoted}))` : `CAST(${quoted} AS VARCHAR)`;
    };
    const rows = (await duckdb.runAndReadAll(`SELECT ${columns.map(value).join(', ')} FROM ${source}`)).getRowsJson();
    const isSame = (mine: string | null, theirs: unknown, column: number): boolean =>
      isParquetValue(mine, theirs, columns[column]?.type ?? '');
    return {
      differences: compareRows(
        own.rows.map(({ values }) => values),
        rows,
        isSame,
        own.rejects.length,
      ),
    };
  } catch (error) {
    return { unclear: `DuckDB: ${String(error).slice(0, 150)}` };
  }
}

function isParquetValue(own: string | null, theirs: unknown, type: string): boolean {
  if (own === null || theirs === null || theirs === undefined) return own === null && (theirs ?? null) === null;
  const other = String(theirs);
  if (own === other) return true;
  if (/^(?:DOUBLE|FLOAT)$/.test(type))
    return Number(own) === Number(other.replace('inf', 'Infinity')) || (own === 'NaN' && other === 'nan');
  if (/^(?:DECIMAL|U?\w*INT)/.test(type)) return canonical(own) === canonical(other);
  if (/^TIME/.test(type)) return timeOf(own) === timeOf(other);
  try {
    return sameJson(parseExactly(own), parseExactly(other));
  } catch {
    return false;
  }
}

const timeOf = (text: string): string =>
  text
    .replace('T', ' ')
    .replace(/(?:Z|\+00(?::00)?)$/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

/** The dialect that DuckDB detects: delimiter, lines above the header, whether there is a header, and columns. */
export async function sniff(path: string, duckdb: DuckDBConnection): Promise<string> {
  try {
    const [row] = (
      await duckdb.runAndReadAll(
        `SELECT Delimiter, SkipRows, HasHeader, len(Columns) FROM sniff_csv('${path.replaceAll("'", "''")}')`,
      )
    ).getRowsJson();
    return JSON.stringify(row);
  } catch (error) {
    return String(error).slice(0, 60).replaceAll('\n', ' ');
  }
}

/** The decompressed bytes of a file. */
export function readBytes(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}
