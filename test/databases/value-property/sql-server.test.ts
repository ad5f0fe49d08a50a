import { startSqlServer, type SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { checkValues, propertyModes, type PropertyMode, valuesPerMode } from './check-values.ts';
import type { PropertyEngine } from './property-engine.ts';
import { seedOf } from '../../support/seed.ts';
import { newSqlServerTypes, sqlServerTypes } from './sql-server-types.ts';

const seed = seedOf('Values of SQL Server');

let server: SqlServer;

beforeAll(async () => {
  server = await startSqlServer();
});

// A statement that the double does not know must fail the test.
afterEach(() => expect(server.misunderstood).toEqual([]));

afterAll(() => server.stop());

function engineFor(mode: PropertyMode): PropertyEngine {
  return {
    name: 'SQL Server',
    address: server.address({ encrypt: 'off' }),
    types: mode === 'contract' || mode === 'create' ? newSqlServerTypes : sqlServerTypes,
    widens: true,
    quote: (name) => name,
    createTable: (table, columns) =>
      JSON.stringify({ table, columns: columns.map(({ name, declaration }) => ({ name, type: declaration })) }),
    async run(statement) {
      const [, dropped] = /^DROP TABLE IF EXISTS (.*)$/.exec(statement) ?? [];
      if (dropped !== undefined) return server.dropTable(`dbo.${dropped}`);
      const { table, columns } = JSON.parse(statement) as { table: string; columns: { name: string; type: string }[] };
      server.table(`dbo.${table}`, [{ name: 'row', type: 'bigint', nullable: false }, ...columns], [], {
        key: ['row'],
      });
      server.forget();
    },
    async read(table, columns) {
      const types = server.types(`dbo.${table}`);
      if (Object.keys(types).length === 0) return [];
      return server
        .rows(`dbo.${table}`)
        .map((row) => [String(row['row']), ...columns.map((name) => shown(row[name], types[name] ?? ''))]);
    },
  };
}

/** A value in the form of the port. */
function shown(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'real') return shortest(Number(value));
  if (type === 'bit') return Number(value) === 1 ? 'true' : 'false';
  return type.startsWith('datetimeoffset') ? String(value).replace(/ (?=[-+]\d\d:\d\d$)/, '') : String(value);
}

/** The shortest text of a floating-point number of 32 bits. */
function shortest(value: number): string {
  const digits = Array.from({ length: 9 }, (_, index) => index + 1).find(
    (count) => Math.fround(Number(value.toPrecision(count))) === value,
  );
  return String(Number(value.toPrecision(digits ?? 9)));
}

it.each(propertyModes)(
  'Every value that the double of SQL Server holds after a load in the mode %s is the one that was written',
  async (mode) => {
    const count = await checkValues(engineFor(mode), mode, { seed, values: valuesPerMode });
    process.stderr.write(`SQL Server, ${mode}: ${JSON.stringify(count)}\n`);
    expect(count.values).toBeGreaterThanOrEqual(valuesPerMode);
    expect(count.rows).toBeGreaterThan(valuesPerMode / 20);
  },
);
