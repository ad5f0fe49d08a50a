import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteCapabilities } from '../../../shared/src/databases/sqlite/sqlite-capabilities.ts';
import { testDatabase, type ContractEngine } from '../contract.ts';
import { testExport } from '../export-contract.ts';
import { exportFile } from '../export-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-contract-'));
const file = join(folder, 'test.db');
afterAll(() => rmSync(folder, { recursive: true }));

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function inDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const engine: ContractEngine = {
  address: () => `sqlite:${file}`,
  rows: async (table) =>
    inDatabase((database) =>
      database
        .prepare(`SELECT * FROM ${quoted(table)}`)
        .all()
        .map((row) => ({ ...row })),
    ),
  createTable: async (table, columns) =>
    inDatabase((database) =>
      database.exec(
        `CREATE TABLE ${table} (${Object.entries(columns)
          .map(([name, type]) => `${name} ${type}`)
          .join(', ')})`,
      ),
    ),
};

testDatabase('SQLite', sqliteCapabilities, engine);
/** Integers of 64 bits are not exact as numbers. */
const exactRows: ContractEngine['rows'] = async (table) =>
  inDatabase((database) => {
    const statement = database.prepare(`SELECT * FROM ${quoted(table)}`);
    statement.setReadBigInts(true);
    return statement.all().map((row) => ({ ...row }));
  });

testExport(
  'SQLite',
  sqliteCapabilities,
  { ...engine, rows: exactRows },
  {
    small: { type: 'BIGINT', values: ['9223372036854775807', '-9223372036854775808', null] },
    paid: { type: 'NUMERIC', values: ['123456789012.345', '0.1', '100', null] },
    ratio: {
      type: 'REAL',
      values: ['0.1', '1e300', '0.30000000000000004', null],
      exported: ['0.1', `1${'0'.repeat(300)}`, '0.30000000000000004', null],
    },
    closed: { type: 'BOOLEAN', values: ['true', 'false', null] },
    day: { type: 'DATE', values: ['2026-11-20', '0001-01-01', null] },
    at: { type: 'DATETIME', values: ['2026-03-29 02:30:00.123456789', '2026-03-29T02:30:00Z'] },
    any: { type: 'BLOB', values: ['00123', '', '1.50'] },
  },
);

it('SQLite exports the type of each value: numbers, binary values in hexadecimal, and text', async () => {
  inDatabase((database) =>
    database.exec(
      "CREATE TABLE mixed (x, day DATE); INSERT INTO mixed VALUES (1, 20), (2.5, '2026-11-20'), (x'00FF', NULL), ('1', '')",
    ),
  );
  const { text } = await exportFile(`sqlite:${file}`, { table: 'mixed' }, { format: 'json-lines' });
  expect(text).toBe('{"x":1,"day":20}\n{"x":2.5,"day":"2026-11-20"}\n{"x":"0x00FF","day":null}\n{"x":"1","day":""}\n');
});
