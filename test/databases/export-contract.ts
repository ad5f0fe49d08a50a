import type { Capabilities } from '../../shared/src/databases/capabilities.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';
import type { OpenedRows } from '../../shared/src/datasets/export/row-source.ts';
import { exportRows } from '../../shared/src/datasets/export/export-rows.ts';
import type { ContractEngine } from './contract.ts';
import { exportFile } from './export-file.ts';
import { hinting } from './hinting.ts';
import { loadCsv } from './load-csv.ts';

/** A column with values that are easily lost, as a load writes them. NULL is null. */
export interface HardColumn {
  type: string;
  values: readonly (string | null)[];
  /** The exported texts, where they differ. */
  exported?: readonly (string | null)[];
  /** Why Parquet cannot represent the values: it refuses them, or keeps the instant but not the offset. */
  parquet?: 'refuses' | 'in UTC';
}

/** Texts that a file easily changes. */
export const hardTexts = [
  null,
  '',
  '""',
  'a,b;c|d\te',
  'line\nend',
  'crlf\r\nend',
  '"all"',
  '=1+1',
  '@SUM(A1)',
  'Zürich 日本 🎉',
  ' space ',
  '007',
  'NULL',
  '\\N',
  '\\.',
  'true',
  "it's",
];

/** What a test does to a server while it sends rows. */
export interface DisturbedServer {
  /** A query that takes minutes. */
  slowQuery: string;
  /** Number of sessions that run the slow query. */
  running(): Promise<number>;
  /** Ends the sessions of all exports. */
  killSessions(): Promise<void>;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const csvOf = (value: string | null): string => (value === null ? '' : `"${value.replaceAll('"', '""')}"`);

/** Rows that combine the values of all columns. */
function rowsOf(columns: Readonly<Record<string, HardColumn>>): (string | null)[][] {
  const lists = Object.values(columns).map(({ values }) => values);
  const count = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: count }, (_, row) => [
    String(row),
    ...lists.map((values) => values[row % values.length] ?? null),
  ]);
}

const byId = (rows: Record<string, unknown>[]): Record<string, unknown>[] =>
  [...rows].sort((one, other) => Number(one['id']) - Number(other['id']));

/**
 * The contract of exports that every database fulfills: call it once per engine.
 * @param special columns with the types of the engine; `note` replaces the column of `hardTexts`
 * @param server of an engine that runs queries in another process
 */
export function testExport(
  name: string,
  capabilities: Capabilities,
  engine: ContractEngine,
  special: Readonly<Record<string, HardColumn>>,
  server?: DisturbedServer,
): void {
  const columns: Record<string, HardColumn> = { note: { type: 'varchar(100)', values: hardTexts }, ...special };
  const names = ['id', ...Object.keys(columns)];
  const types = (): Record<string, string> => ({
    id: 'int',
    ...Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, type])),
  });
  const canQuery = capabilities.exportQuery === true;
  const fileOf = (table: string, options: Parameters<typeof exportFile>[2] = {}) =>
    exportFile(engine.address(), { table }, options);

  describe(`Exporting rows of ${name}`, () => {
    beforeAll(async () => {
      await engine.createTable('hard_values', types());
      const rows = rowsOf(columns);
      const csv = [names.join(','), ...rows.map((row) => row.map(csvOf).join(','))].join('\n');
      expect(await loadCsv(engine.address(), `${csv}\n`, { table: 'hard_values', mode: 'append' })).toMatchObject({
        rows: rows.length,
      });
    });

    it.each(['csv', 'json-lines'] as const)('loads a table of hard values again from its %s file', async (format) => {
      const table = `again_${format.slice(0, 3)}`;
      const { text, rows } = await fileOf('hard_values', { format });
      expect(rows).toBe(rowsOf(columns).length);
      await engine.createTable(table, types());
      expect(await loadCsv(engine.address(), text, { table, mode: 'append', format })).toMatchObject({ rows });
      expect(byId(await engine.rows(table))).toEqual(byId(await engine.rows('hard_values')));
      expect((await fileOf(table, { format })).text.split('\n').sort()).toEqual(text.split('\n').sort());
    });

    it('loads a table of hard values again from its Parquet file', async () => {
      const typed = Object.entries(columns).filter(([, { parquet }]) => parquet === undefined);
      const own = { id: 'int', ...Object.fromEntries(typed.map(([column, { type }]) => [column, type])) };
      const rows = rowsOf(Object.fromEntries(typed));
      await engine.createTable('typed_values', own);
      const csv = [Object.keys(own).join(','), ...rows.map((row) => row.map(csvOf).join(','))].join('\n');
      await loadCsv(engine.address(), `${csv}\n`, { table: 'typed_values', mode: 'append' });
      const { bytes } = await fileOf('typed_values', { format: 'parquet' });
      await engine.createTable('typed_again', own);
      expect(await loadCsv(engine.address(), pieces(bytes), { table: 'typed_again', mode: 'append' })).toMatchObject({
        rows: rows.length,
      });
      expect(byId(await engine.rows('typed_again'))).toEqual(byId(await engine.rows('typed_values')));
    });

    const refused = Object.entries(columns).filter(([, { parquet }]) => parquet === 'refuses');
    if (refused.length > 0)
      it.each(refused)(
        'refuses to write values as Parquet that it cannot store: %s',
        async (column, { type, values }) => {
          await engine.createTable(`refused_${column}`, { id: 'int', [column]: type });
          const rows = values.map((value, id) => `${id},${csvOf(value)}`);
          await loadCsv(engine.address(), `id,${column}\n${rows.join('\n')}\n`, {
            table: `refused_${column}`,
            mode: 'append',
          });
          await expect(fileOf(`refused_${column}`, { format: 'parquet' })).rejects.toMatchObject({
            code: 'invalid-input',
            message: expect.stringContaining(`The column “${column}” has a value in row `),
          });
        },
      );

    it('writes every value with all its digits', async () => {
      const { text } = await fileOf('hard_values', { format: 'json-lines' });
      const lines = text.trimEnd().split('\n');
      for (const [column, { values, exported = values }] of Object.entries(columns)) {
        const found = lines.map((line) => {
          const [, raw = ''] =
            new RegExp(`"${column}":("(?:[^"\\\\]|\\\\.)*"|\\{.*?\\}|\\[.*?\\]|[^,}]+)`).exec(line) ?? [];
          return raw === 'null' ? null : raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
        });
        const byNumber = lines.map((line) => Number(/"id":(\d+)/.exec(line)?.[1]));
        expect({ column, found: found.map((value, row) => [byNumber[row], value]) }).toEqual({
          column,
          found: byNumber.map((row) => [row, exported[row % exported.length] ?? null]),
        });
      }
    });

    it('writes a single column of NULL and empty text so that a load reads the same rows', async () => {
      await engine.createTable('single', { note: 'varchar(10)' });
      await loadCsv(engine.address(), 'note\n\n""\nx\n\n', { table: 'single', mode: 'append' });
      const { text } = await fileOf('single');
      expect(text.split('\r\n').sort()).toEqual(['', '', '', '""', 'note', 'x']);
      await engine.createTable('single_again', { note: 'varchar(10)' });
      expect(await loadCsv(engine.address(), text, { table: 'single_again', mode: 'append' })).toMatchObject({
        rows: 4,
      });
    });

    it('exports the header of an empty table', async () => {
      await engine.createTable('no_rows', { id: 'int', note: 'varchar(10)' });
      expect(await fileOf('no_rows')).toMatchObject({ text: 'id,note\r\n', rows: 0 });
      expect(await fileOf('no_rows', { format: 'json-lines' })).toMatchObject({ text: '', rows: 0 });
    });

    it('stops at the maximum number of rows, and loads into the table afterwards', async () => {
      expect(await fileOf('hard_values', { maxRows: 2 })).toMatchObject({ rows: 2 });
      await loadCsv(engine.address(), 'id\n99\n', { table: 'no_rows', mode: 'append', onSchemaChange: 'ignore' });
      expect(await fileOf('no_rows')).toMatchObject({ rows: 1 });
    });

    it('refuses a table that does not exist', async () => {
      await expect(fileOf('nowhere')).rejects.toMatchObject({ code: 'table-missing' });
    });

    it('releases the table when the reader stops', async () => {
      const body = Array.from({ length: engine.isDouble ? 3_000 : 60_000 }, (_, id) => `${id},${'x'.repeat(80)}`);
      await loadCsv(engine.address(), `id,note\n${body.join('\n')}\n`, { table: 'left_early' });
      const target = await openTarget(engine.address());
      const rows = await target.openRows({ table: 'left_early' });
      for await (const piece of exportRows(rows, {
        format: 'csv',
        delimiter: ',',
        header: true,
        byteOrderMark: false,
        protectFormulas: false,
        sheetName: 'x',
      }).bytes)
        if (piece.length > 100) break;
      expect(await rows.next()).toBeUndefined();
      await target.close();
      expect(await loadCsv(engine.address(), 'id,note\n1,x\n', { table: 'left_early', mode: 'replace' })).toMatchObject(
        { rows: 1 },
      );
    });

    if (!canQuery) {
      it('refuses a query, with the reason', async () => {
        await expect(exportFile(engine.address(), { query: 'SELECT 1 AS one' })).rejects.toMatchObject({
          code: 'invalid-input',
          message: expect.stringContaining((capabilities.exportQuery as { no: string }).no),
          hint: hinting('Export Table'),
        });
      });
      return;
    }

    const resultOf = (query: string) => exportFile(engine.address(), { query });

    it.each([
      'SELECT id, note FROM hard_values WHERE id < 2 ORDER BY id DESC',
      '-- a comment\nWITH w AS (SELECT id, note FROM hard_values) SELECT * FROM w WHERE id < 2 ORDER BY 1 DESC ; ',
    ])('exports the result of a query: %s', async (query) => {
      expect(await resultOf(query)).toMatchObject({ text: 'id,note\r\n1,""\r\n0,\r\n', rows: 2 });
    });

    it.each([
      'DELETE FROM hard_values',
      'INSERT INTO hard_values (id) VALUES (1)',
      'UPDATE hard_values SET id = 1',
      'DROP TABLE hard_values',
      'WITH w AS (SELECT 1 AS one) DELETE FROM hard_values',
      'SELECT 1 AS one; DELETE FROM hard_values',
      'SELECT 1 AS one; SELECT 2 AS two',
      'SET @x = 1',
      'CREATE TABLE evil (id integer)',
      'COMMIT',
      '/*! DELETE FROM hard_values */',
      "SELECT 1 AS one INTO OUTFILE '/tmp/pipewright-evil'",
      'SELECT id FROM hard_values WHERE id = ?',
      'SELECT id FROM hard_values WHERE id = $1',
    ])('refuses “%s” and changes nothing', async (query) => {
      const before = await engine.rows('hard_values');
      await expect(resultOf(query)).rejects.toMatchObject({ name: 'PipewrightError' });
      expect(await engine.rows('hard_values')).toEqual(before);
    });

    if (server) {
      const until = async (isReached: () => Promise<boolean>): Promise<void> => {
        for (let looks = 0; looks < 600 && !(await isReached()); looks += 1)
          await new Promise((resolve) => setTimeout(resolve, 50));
        expect(await isReached()).toBe(true);
      };

      it('stops a slow query on the server when the reader stops', async () => {
        const target = await openTarget(engine.address());
        const reading = target.openRows({ query: server.slowQuery }).then((rows) => {
          opened = rows;
          return rows.next();
        });
        let opened: OpenedRows | undefined;
        const outcome = reading.then(
          () => 'rows',
          () => 'stopped',
        );
        await until(async () => (await server.running()) > 0);
        await opened?.close();
        await target.close();
        expect(await outcome).toBe('stopped');
        await until(async () => (await server.running()) === 0);
      });

      it.each([false, true])('fails when the connection is lost between two rows (noticed: %s)', async (isNoticed) => {
        const target = await openTarget(engine.address());
        const rows = await target.openRows({
          query:
            'SELECT a.note FROM hard_values a, hard_values b, hard_values c, hard_values d, hard_values e, hard_values f',
        });
        expect(await rows.next()).toBeDefined();
        await server.killSessions();
        // Some drivers notice the loss before the next request, and report it in other words.
        if (isNoticed) await new Promise((resolve) => setTimeout(resolve, 300));
        const rest = async (): Promise<void> => {
          while (await rows.next());
        };
        await expect(rest()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
        await rows.close();
        await target.close();
      });
    }

    it('refuses columns without a name of their own', async () => {
      await expect(resultOf('SELECT id, id FROM hard_values')).rejects.toMatchObject({
        code: 'invalid-input',
        message: 'Two columns have the name “id”.',
      });
    });
  });
}
