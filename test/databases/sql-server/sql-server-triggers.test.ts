import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { failureOf, useSqlServer } from './use-sql-server.ts';

const tests = useSqlServer();
const { load, values } = tests;
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
  server.table(
    `dbo.${table}`,
    [
      { name: 'id', type: 'int' },
      { name: 'name', type: 'nvarchar(20)' },
    ],
    [[1, 'Ada']],
  );
});
const upsert = { mode: 'upsert', key: ['id'] } as const;
const dataset = 'id,name\n1,Adam\n2,Bob\n3,Cleo\n';
const fresh = 'id,name\n2,Bob\n3,Cleo\n';

describe('A table of SQL Server with a trigger', () => {
  it.each(['append', 'replace', 'upsert'] as const)(
    'is loaded by %s although the trigger returns rows',
    async (mode) => {
      for (const event of ['INSERT', 'UPDATE', 'DELETE'] as const)
        server.trigger(`dbo.${table}`, `shows_${mode}_${event}`, { event, selects: true });
      expect(await load(fresh, { mode, key: ['id'] })).toMatchObject({ rows: 2 });
      expect(values()).toEqual(
        mode === 'replace'
          ? [
              [2, 'Bob'],
              [3, 'Cleo'],
            ]
          : [
              [1, 'Ada'],
              [2, 'Bob'],
              [3, 'Cleo'],
            ],
      );
      expect(await load(dataset, upsert)).toMatchObject({
        updated: mode === 'replace' ? 2 : 3,
        inserted: mode === 'replace' ? 1 : 0,
      });
    },
  );

  it.each([
    ['drops a row, after it is in', { event: 'INSERT', body: `DELETE FROM "dbo.{}" WHERE id = 3` }],
    [
      'drops a row instead of inserting it',
      { event: 'INSERT', instead: true, body: `DELETE FROM "dbo.{}" WHERE id = 3` },
    ],
    ['adds a row', { event: 'INSERT', body: `INSERT INTO "dbo.{}" SELECT 99, 'added' WHERE NEW.id = 3` }],
    [
      'changes only the case of a value',
      { event: 'INSERT', body: `UPDATE "dbo.{}" SET name = upper(name) WHERE id = 3` },
    ],
  ] as const)('refuses the load in every mode, and names the trigger, when that %s', async (_case, trigger) => {
    server.trigger(`dbo.${table}`, `audit ${table}`, { ...trigger, body: trigger.body.replaceAll('{}', table) });
    for (const options of [
      { mode: 'append' },
      { mode: 'replace' },
      upsert,
      { mode: 'append', onSchemaChange: 'evolve' },
    ] as const) {
      expect(await failureOf(load(options === upsert ? dataset : fresh, options))).toMatchObject({
        code: 'rows-changed',
        message: expect.stringContaining(`The table “${table}” would contain`),
        hint: expect.stringContaining(`trigger “audit ${table}”`),
      });
      expect(values()).toEqual([[1, 'Ada']]);
    }
  });

  it('refuses an upsert whose update a trigger reverts', async () => {
    server.trigger(`dbo.${table}`, `keeps ${table}`, {
      event: 'UPDATE',
      instead: true,
      body: `UPDATE "dbo.${table}" SET name = 'Ada' WHERE id = 1 AND name <> 'Ada'`,
    });
    expect(await failureOf(load(dataset, upsert))).toMatchObject({
      code: 'rows-changed',
      message: expect.stringContaining('other values than the dataset'),
    });
    expect(values()).toEqual([[1, 'Ada']]);
  });

  it('is loaded when the trigger fills a missing column, or is disabled', async () => {
    server.table(`dbo.${table}_stamped`, [
      { name: 'id', type: 'int' },
      { name: 'name', type: 'nvarchar(20)' },
      { name: 'stamp', type: 'nvarchar(20)' },
    ]);
    server.trigger(`dbo.${table}_stamped`, `stamps ${table}`, {
      event: 'INSERT',
      body: `UPDATE "dbo.${table}_stamped" SET stamp = 'now' WHERE id = NEW.id`,
    });
    await load(fresh, { mode: 'append', table: `${table}_stamped` });
    expect(values(`${table}_stamped`)).toEqual([
      [2, 'Bob', 'now'],
      [3, 'Cleo', 'now'],
    ]);
    server.forget();
    server.trigger(`dbo.${table}`, `off ${table}`, { event: 'INSERT', disabled: true });
    await load(fresh, { mode: 'append' });
    expect(server.statements.join('\n')).not.toContain('EXCEPT');
  });

  it('is also compared when the user may not see its triggers', async () => {
    server.denied.add('VIEW DEFINITION');
    await load(fresh, { mode: 'append' });
    expect(server.statements.filter((statement) => statement.includes('EXCEPT'))).toHaveLength(1);
    expect(values()).toHaveLength(3);
  });
});
