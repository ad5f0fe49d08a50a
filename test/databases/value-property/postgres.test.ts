import pg from 'pg';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { checkValues, propertyModes, valuesPerMode } from './check-values.ts';
import type { PropertyEngine, PropertyType } from './property-engine.ts';
import { postgresTypes } from './postgres-types.ts';
import { seedOf } from '../../support/seed.ts';

let postgres: Postgres;
let client: pg.Client;
const seed = seedOf('Values of PostgreSQL');

beforeAll(async () => {
  postgres = await startPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; SET lc_monetary = 'C'",
  );
  await client.query(`CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    CREATE DOMAIN cents AS numeric(10,2); CREATE DOMAIN small_cents AS cents CHECK (VALUE < 1000000)`);
});

afterAll(async () => {
  await client.end();
  await postgres.stop();
});

function engineOf(types: readonly PropertyType[]): PropertyEngine {
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  return {
    name: 'PostgreSQL',
    address: `${postgres.url}?sslmode=disable`,
    types,
    widens: true,
    quote,
    run: async (sql) => void (await client.query(sql)),
    async read(table, columns) {
      const types = new Map(
        (
          await client.query<{ name: string; type: string }>(
            'SELECT attname AS name, atttypid::regtype::text AS type FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0',
            [quote(table)],
          )
        ).rows.map(({ name, type }) => [name, type]),
      );
      if (types.size === 0) return [];
      const shown = (name: string): string => {
        const type = types.get(name);
        if (type === 'timestamp with time zone')
          return `to_char(${quote(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.USZ')`;
        return type === 'money'
          ? `replace(replace(${quote(name)}::text, ',', ''), '$', '')`
          : `format('%s', ${quote(name)})`;
      };
      const { rows } = await client.query<(string | null)[]>({
        text: `SELECT "row"::text, ${columns.map((name) => `CASE WHEN ${quote(name)} IS NOT NULL THEN ${shown(name)} END`).join(', ')} FROM ${quote(table)} ORDER BY "row"`,
        rowMode: 'array',
      });
      return rows;
    },
  };
}

it.each(propertyModes)(
  'Every value that PostgreSQL holds after a load in the mode %s is the one that was written',
  async (mode) => {
    const count = await checkValues(engineOf(postgresTypes), mode, { seed, values: valuesPerMode });
    process.stderr.write(`PostgreSQL, ${mode}: ${JSON.stringify(count)}\n`);
    expect(count.rows).toBeGreaterThan(valuesPerMode / 20);
  },
);
