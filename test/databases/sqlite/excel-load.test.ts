import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { utils, write, type CellObject, type WorkSheet } from '@e965/xlsx';
import { seedOf } from '../../support/seed.ts';
import { isThorough } from '../../support/thorough.ts';
import { randomFrom } from '../../unit/random.ts';
import { loadCsv } from '../load-csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-excel-'));
const file = join(folder, 'test.db');
const address = `sqlite:${file}`;
const random = randomFrom(seedOf('Excel workbooks'));

afterAll(() => rmSync(folder, { recursive: true }));

const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
const pad = (number: number): string => String(number).padStart(2, '0');

/** A cell, and the value that the table must have. */
type Made = [cell: CellObject | undefined, expected: string | number | null];

const letters = ['a', 'Z', 'é', '東', '😀', '"', ',', ';', '\n', '\t', ' ', '<', '&', "'", '0', '_', '\\'];
const text = (): string => Array.from({ length: 1 + below(12) }, () => pick(letters)).join('');

/** Days since 1970 as a date, and as a serial number. */
const day = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);
const serial = (days: number): number => days + 25_569;

const kinds: Record<string, () => Made> = {
  integer: () => {
    const value = below(2) ? below(1e9) - 5e8 : below(1000);
    return [{ t: 'n', v: value }, value];
  },
  double: () => {
    const value = (random() - 0.5) * 10 ** (below(16) - 6);
    return [{ t: 'n', v: value }, value];
  },
  money: () => {
    const value = below(1e7) / 100 + 0.01;
    return [{ t: 'n', v: value, z: '#,##0.00 [$€-407]' }, value];
  },
  text: () => {
    const value = text();
    return [{ t: 's', v: value }, value];
  },
  digits: () => {
    const value = `00${below(1000)}`;
    return [{ t: 's', v: value }, value];
  },
  date: () => {
    const days = below(60_000) - 20_000;
    return [{ t: 'n', v: serial(days), z: pick(['yyyy-mm-dd', 'd. mmm yy', 'm/d/yy']) }, day(days)];
  },
  timestamp: () => {
    const days = below(60_000) - 20_000;
    const seconds = below(86_400);
    const time = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
    return [{ t: 'n', v: serial(days) + seconds / 86_400, z: 'yyyy-mm-dd hh:mm:ss' }, `${day(days)} ${time}`];
  },
  boolean: () => {
    const value = below(2) === 1;
    return [{ t: 'b', v: value }, String(value)];
  },
};

describe('A random Excel workbook written by another library', () => {
  it.each(Array.from({ length: isThorough ? 200 : 20 }, (_value, index) => index))(
    'is loaded into SQLite with every value: number %d',
    async (number) => {
      const names = Object.keys(kinds).filter(() => below(4) > 0);
      const columns = ['row', ...names];
      const rows = Array.from({ length: 1 + below(300) }, (_value, index): Made[] => [
        [{ t: 'n', v: index }, index],
        ...names.map((name): Made => (below(8) === 0 ? [undefined, null] : (kinds[name] as () => Made)())),
      ]);
      const sheet: WorkSheet = utils.aoa_to_sheet([columns]);
      rows.forEach((row, index) => {
        row.forEach(([cell], column) => {
          if (cell) sheet[utils.encode_cell({ r: index + 1, c: column })] = cell;
        });
      });
      sheet['!ref'] = utils.encode_range({ s: { r: 0, c: 0 }, e: { r: rows.length, c: columns.length - 1 } });
      const workbook = utils.book_new();
      utils.book_append_sheet(workbook, sheet, 'Data');
      const bytes = new Uint8Array(
        write(workbook, { type: 'array', bookSST: below(2) === 1, compression: below(2) === 1 }) as ArrayBuffer,
      );
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
      }
      const table = `t${number}`;
      const result = await loadCsv(address, pieces(), { table });
      expect(result).toMatchObject({ rows: rows.length, rejected: 0 });
      const database = new DatabaseSync(file);
      const found = database.prepare(`SELECT * FROM "${table}" ORDER BY "row"`).all();
      database.close();
      expect(found.map((row) => Object.values(row))).toEqual(
        rows.map((row, index) =>
          row.map(([, expected], column) => {
            const stored = Object.values(found[index] ?? {})[column];
            // SQLite stores decimals of more than 15 digits as text, and booleans as numbers.
            if (typeof expected === 'number' && typeof stored === 'string' && Number(stored) === expected)
              return stored;
            if (typeof stored === 'number' && (expected === 'true' || expected === 'false'))
              return expected === 'true' ? 1 : 0;
            return expected;
          }),
        ),
      );
    },
  );

  it('names the row and the cell of a value that cannot be loaded', async () => {
    const sheet = utils.aoa_to_sheet([['id'], [1], [{ t: 'e', v: 0x2a }], [3]]);
    const workbook = utils.book_new();
    utils.book_append_sheet(workbook, sheet, 'Data');
    const bytes = new Uint8Array(write(workbook, { type: 'array' }) as ArrayBuffer);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    await expect(loadCsv(address, pieces(), { table: 'errors' })).rejects.toMatchObject({
      code: 'rejected-rows',
      message: 'A row was rejected: row 3 has a cell A3 (column “id”) that has the error #N/A.',
      hint: 'The table was not changed. Correct the file, change Invalid Cells, or increase Max Rejected Rows.',
    });
    const result = await loadCsv(address, pieces(), { table: 'errors', maxRejectedRows: 1 });
    expect(result).toMatchObject({ rows: 2, rejected: 1, rejects: [{ line: 3, text: '#N/A' }] });
    expect(await loadCsv(address, pieces(), { table: 'nulls', invalidCells: 'null' })).toMatchObject({ rows: 3 });
  });
});
