import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkValues, propertyModes, valuesPerMode } from './check-values.ts';
import type { PropertyEngine, PropertyType } from './property-engine.ts';
import { seedOf } from '../../support/seed.ts';
import { contractTypes, sqliteTypes, strictTypes } from './sqlite-types.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-sqlite-values-'));
const file = join(folder, 'values.db');
const seed = seedOf('Values of SQLite');
let database: DatabaseSync;

beforeAll(() => {
  database = new DatabaseSync(file);
  // A test need not survive a power failure.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function engineOf(types: readonly PropertyType[], { strict = false } = {}): PropertyEngine {
  return {
    name: strict ? 'SQLite, STRICT' : 'SQLite',
    address: `sqlite:${file}`,
    types,
    widens: false,
    quote,
    run: async (sql) => database.exec(sql),
    createTable: (table, columns) =>
      `CREATE TABLE ${quote(table)} ("row" INTEGER PRIMARY KEY, ${columns.map(({ name, declaration }) => `${quote(name)} ${declaration}`).join(', ')})${strict ? ' STRICT' : ''}`,
    async read(table, columns) {
      if (!database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)) return [];
      const rows = database.prepare(
        `SELECT "row", ${columns.map(quote).join(', ')} FROM ${quote(table)} ORDER BY "row"`,
      );
      rows.setReadBigInts(true);
      // A double is displayed as its shortest text.
      return rows.all().map((row) => Object.values(row).map((value) => (value === null ? null : String(value))));
    },
  };
}

it.each(propertyModes)(
  'Every value that SQLite holds after a load in the mode %s is the one that was written',
  async (mode) => {
    const count = await checkValues(engineOf(mode === 'contract' ? contractTypes : sqliteTypes), mode, {
      seed,
      values: valuesPerMode,
    });
    process.stderr.write(`SQLite, ${mode}: ${JSON.stringify(count)}\n`);
    expect(count.rows).toBeGreaterThan(valuesPerMode / 20);
  },
);

it.each(['append', 'upsert', 'evolve'] as const)(
  'Every value that a STRICT table holds after a load in the mode %s is the one that was written',
  async (mode) => {
    const count = await checkValues(engineOf(strictTypes, { strict: true }), mode, { seed, values: valuesPerMode / 3 });
    process.stderr.write(`SQLite, STRICT, ${mode}: ${JSON.stringify(count)}\n`);
    expect(count.rows).toBeGreaterThan(valuesPerMode / 60);
  },
);
