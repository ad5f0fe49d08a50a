import pg from 'pg';
import type { LoadOptions } from '../../../shared/src/datasets/load/load-options.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { loadCsv } from '../load-csv.ts';

let postgres: Postgres;
let client: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE FUNCTION drop_two() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a = 2 THEN RETURN NULL; END IF; RETURN NEW; END $$;
    CREATE FUNCTION change_two() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a = 2 THEN NEW.b = 'changed'; END IF; RETURN NEW; END $$;
    CREATE FUNCTION delete_two() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM watched WHERE a = 2; RETURN NULL; END $$;
    CREATE FUNCTION keep_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO other VALUES (NEW.a, 'noted'); RETURN NULL; END $$;
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.stamped = 'yes'; RETURN NEW; END $$`);
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
});

const ask = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await client.query<Record<string, unknown>>(sql)).rows;
const load = (csv: string, options: Partial<LoadOptions> & { table: string }, user = '') =>
  loadCsv(`${user ? postgres.url.replace(/\/\/[^@]+@/, `//${user}:secret@`) : postgres.url}?sslmode=disable`, csv, {
    mode: 'append',
    ...options,
  });

const modes: [name: string, options: Partial<LoadOptions>][] = [
  ['append', {}],
  ['replace', { mode: 'replace' }],
  ['upsert', { mode: 'upsert', key: ['a'] }],
  ['evolve', { onSchemaChange: 'evolve' }],
];

describe.each(modes)('A PostgreSQL table with triggers or rules, by %s,', (_mode, options) => {
  const csv = 'a,b\n1,x\n2,y\n';
  const before = { a: 9, b: 'old' };
  const make = (...statements: string[]) =>
    ask(`DROP TABLE IF EXISTS watched, other CASCADE; CREATE TABLE watched (a int, b text, stamped text DEFAULT ''); CREATE TABLE other (a int, b text);
    INSERT INTO watched (a, b) VALUES (9, 'old'); ${statements.join('; ')}`);

  it.each([
    [
      'a trigger that drops a row',
      'CREATE TRIGGER odd BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION drop_two()',
      'trigger “odd”',
      'would contain 1 instead of 2 rows of this load',
    ],
    [
      'a trigger that changes a value',
      'CREATE TRIGGER odd BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION change_two()',
      'trigger “odd”',
      'would contain other values',
    ],
    [
      'a trigger that deletes a row afterwards',
      'CREATE TRIGGER odd AFTER INSERT ON watched FOR EACH STATEMENT EXECUTE FUNCTION delete_two()',
      'trigger “odd”',
      'would contain 1 instead of 2 rows of this load',
    ],
    [
      'a trigger that deletes a row at the commit',
      'CREATE CONSTRAINT TRIGGER odd AFTER INSERT ON watched DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION delete_two()',
      'trigger “odd”',
      'would contain 1 instead of 2 rows of this load',
    ],
    [
      'a rule that sends rows elsewhere',
      'CREATE RULE odd AS ON INSERT TO watched WHERE NEW.a = 2 DO INSTEAD INSERT INTO other VALUES (NEW.a, NEW.b)',
      'rule “odd”',
      'would contain 1 instead of 2 rows of this load',
    ],
  ])('refuses %s, and names it', async (_case, statement, cause, message) => {
    await make(statement);
    await expect(load(csv, { table: 'watched', ...options })).rejects.toMatchObject({
      code: 'rows-changed',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(cause),
    });
    expect(await ask('SELECT a, b FROM watched')).toEqual([before]);
    expect(await ask('SELECT * FROM other')).toEqual([]);
  });

  it('accepts a trigger that fills a missing column, and one that writes elsewhere', async () => {
    await make(
      'CREATE TRIGGER fills BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION stamp()',
      'CREATE TRIGGER notes AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note()',
    );
    expect(await load(csv, { table: 'watched', ...options })).toMatchObject({ rows: 2 });
    expect(await ask('SELECT a, b, stamped FROM watched WHERE a < 9 ORDER BY a')).toEqual([
      { a: 1, b: 'x', stamped: 'yes' },
      { a: 2, b: 'y', stamped: 'yes' },
    ]);
    expect(await ask('SELECT count(*)::int AS noted FROM other')).toEqual([{ noted: 2 }]);
  });

  it('ignores disabled triggers', async () => {
    await make(
      'CREATE TRIGGER odd BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION drop_two()',
      'ALTER TABLE watched DISABLE TRIGGER odd',
      'ALTER TABLE watched DROP COLUMN stamped',
    );
    expect(await load(csv, { table: 'watched', ...options })).toMatchObject({ rows: 2 });
  });
});

describe('A PostgreSQL table', () => {
  it('refuses an upsert whose rows a trigger drops', async () => {
    await ask(`DROP TABLE IF EXISTS watched CASCADE; CREATE TABLE watched (a int PRIMARY KEY, b text); INSERT INTO watched VALUES (1, 'old'), (2, 'old');
      CREATE TRIGGER odd BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION drop_two()`);
    await expect(load('a,b\n1,x\n2,y\n3,z\n', { table: 'watched', mode: 'upsert', key: ['a'] })).rejects.toMatchObject({
      code: 'rows-changed',
      message: expect.stringContaining('would contain 2 instead of 3 rows of this load'),
    });
    expect(await ask('SELECT b FROM watched')).toEqual([{ b: 'old' }, { b: 'old' }]);
  });

  it('refuses a replacement whose old rows a trigger or rule keeps', async () => {
    for (const statement of [
      'CREATE TRIGGER keeps BEFORE DELETE ON watched FOR EACH ROW EXECUTE FUNCTION keep_all()',
      'CREATE RULE keeps AS ON DELETE TO watched DO INSTEAD NOTHING',
    ]) {
      await ask(
        `DROP TABLE IF EXISTS watched CASCADE; CREATE TABLE watched (a int); INSERT INTO watched VALUES (9); ${statement}`,
      );
      await expect(load('a\n1\n', { table: 'watched', mode: 'replace' })).rejects.toMatchObject({
        code: 'rows-changed',
        hint: expect.stringContaining('“keeps”'),
      });
      expect(await ask('SELECT a FROM watched')).toEqual([{ a: 9 }]);
    }
  });

  it('refuses a load when a partition has a trigger that drops rows', async () => {
    await ask(`CREATE TABLE parts (a int, b text) PARTITION BY RANGE (a); CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100);
      CREATE TRIGGER odd BEFORE INSERT ON parts_low FOR EACH ROW EXECUTE FUNCTION drop_two()`);
    await expect(load('a,b\n1,x\n2,y\n', { table: 'parts' })).rejects.toMatchObject({
      code: 'rows-changed',
      hint: expect.stringContaining('trigger “odd”'),
    });
    await ask('DROP TRIGGER odd ON parts_low');
    expect(await load('a,b\n1,x\n2,y\n', { table: 'parts', mode: 'replace' })).toMatchObject({ rows: 2 });
    await expect(load('a,b\n500,x\n', { table: 'parts' })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('refuses a replacement when other tables inherit from it, but accepts an append', async () => {
    await ask('CREATE TABLE ancestor (a int); CREATE TABLE heir () INHERITS (ancestor); INSERT INTO heir VALUES (1)');
    await expect(load('a\n2\n', { table: 'ancestor', mode: 'replace' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('inherit from the table “ancestor”'),
    });
    await load('a\n2\n', { table: 'ancestor' });
    expect(await ask('SELECT a FROM ancestor ORDER BY a')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('is refused when row-level security hides rows from the user', async () => {
    await ask(
      `CREATE ROLE guarded LOGIN PASSWORD 'secret'; CREATE TABLE rls (a int); INSERT INTO rls VALUES (1); ALTER TABLE rls ENABLE ROW LEVEL SECURITY; GRANT ALL ON rls TO guarded`,
    );
    for (const [, options] of modes)
      await expect(load('a\n2\n', { table: 'rls', ...options }, 'guarded')).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('Row-level security of the table “rls” applies to the user guarded'),
      });
    expect(await load('a\n2\n', { table: 'rls' })).toMatchObject({ rows: 1 });
  });

  it('is refused when a privilege is missing, before the dataset is read', async () => {
    await ask(
      `CREATE ROLE poor LOGIN PASSWORD 'secret'; CREATE TABLE closed (a int); GRANT SELECT, INSERT ON closed TO poor; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    );
    expect(await load('a\n1\n', { table: 'closed' }, 'poor')).toMatchObject({ rows: 1 });
    await expect(load('a\n1\n', { table: 'closed', mode: 'replace' }, 'poor')).rejects.toMatchObject({
      code: 'forbidden',
      message: 'The user poor has no DELETE privilege on the table “closed”.',
    });
    await expect(load('a\n1\n', { table: 'closed', mode: 'upsert', key: ['a'] }, 'poor')).rejects.toMatchObject({
      code: 'forbidden',
      message: 'The user poor has no UPDATE privilege on the table “closed”.',
    });
    await expect(load('a\n1\n', { table: 'fresh', mode: 'create' }, 'poor')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('no CREATE privilege on the schema'),
    });
  });

  it('is refused when it is a foreign table', async () => {
    await ask(
      'CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere; CREATE FOREIGN TABLE foreign_rows (a int) SERVER far',
    );
    await expect(load('a\n1\n', { table: 'foreign_rows' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is a foreign table'),
    });
  });

  it('refuses a value for a generated column', async () => {
    await ask('CREATE TABLE calculated (a int, twice int GENERATED ALWAYS AS (a * 2) STORED)');
    for (const [, options] of modes)
      await expect(load('a,twice\n1,2\n', { table: 'calculated', ...options })).rejects.toMatchObject({
        code: 'columns-missing',
        message: expect.stringContaining('generates that column itself'),
      });
    await load('a,twice\n1,7\n', { table: 'calculated', onSchemaChange: 'ignore' });
    expect(await ask('SELECT * FROM calculated')).toEqual([{ a: 1, twice: 2 }]);
  });

  it('blocks other writers while it is replaced', async () => {
    await ask('CREATE TABLE exact_rows (a int)');
    let writing: Promise<unknown> = Promise.resolve();
    async function* source() {
      yield Buffer.from('a\n1\n');
      const writer = new pg.Client({ connectionString: postgres.url });
      await writer.connect();
      writing = writer.query('INSERT INTO exact_rows VALUES (99)').finally(() => writer.end());
      while ((await ask("SELECT 1 FROM pg_locks WHERE relation = 'exact_rows'::regclass AND NOT granted")).length === 0)
        await new Promise((resolve) => setImmediate(resolve));
      yield Buffer.from('2\n');
      expect(await ask('SELECT * FROM exact_rows')).toEqual([]);
    }
    await loadCsv(`${postgres.url}?sslmode=disable`, source(), { table: 'exact_rows', mode: 'replace', key: ['a'] });
    await writing;
    expect(await ask('SELECT a FROM exact_rows ORDER BY a')).toEqual([{ a: 1 }, { a: 2 }, { a: 99 }]);
  });

  it('reports that the outcome is unknown when the connection breaks at COMMIT', async () => {
    await ask(
      `CREATE TABLE broken_commit (a int); CREATE FUNCTION ends_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`,
    );
    await load('a\n1\n', { table: 'broken_commit', saveLoadRecord: true });
    await ask(
      "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON pipewright_loads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.table_name = 'broken_commit') EXECUTE FUNCTION ends_session()",
    );
    await expect(load('a\n2\n', { table: 'broken_commit', saveLoadRecord: true })).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('the table has either all of them or none'),
    });
    await ask('DROP TRIGGER ends ON pipewright_loads');
    expect(await ask('SELECT a FROM broken_commit')).toEqual([{ a: 1 }]);
  });

  it('stores the values of the dataset in an identity column, in every mode', async () => {
    await ask('CREATE TABLE numbers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text)');
    await load('id,a\n7,x\n', { table: 'numbers' });
    await load('id,a\n7,y\n8,z\n', { table: 'numbers', mode: 'upsert', key: ['id'] });
    await load('id,a\n9,w\n', { table: 'numbers', onSchemaChange: 'evolve' });
    expect(await ask('SELECT id, a FROM numbers ORDER BY id')).toEqual([
      { id: 7, a: 'y' },
      { id: 8, a: 'z' },
      { id: 9, a: 'w' },
    ]);
  });

  it('names the missing row of another table, or the table that references it', async () => {
    await ask(
      'CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE t (a int CONSTRAINT t_to_p REFERENCES p, secret text)',
    );
    await expect(load('a,secret\n5,hidden\n', { table: 't' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^(?!.*hidden).*“?t_to_p.*Key \(a\)=\(5\) is not present in table "p"/s),
      hint: expect.stringContaining('Load the missing row of the other table first'),
    });
    await load('a,secret\n1,x\n', { table: 't' });
    await expect(load('id\n2\n', { table: 'p', mode: 'replace' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('still referenced from table "t"'),
      hint: expect.stringContaining('Append'),
    });
  });

  it.each([
    ['a view', 'CREATE VIEW above AS SELECT a FROM blocked', 'view above depends'],
    ['a check', 'ALTER TABLE blocked ADD CONSTRAINT positive CHECK (a > 0)', 'constraint positive depends'],
    [
      'a generated column',
      'ALTER TABLE blocked ADD COLUMN b int GENERATED ALWAYS AS (a + 1) STORED',
      'generated column b depends',
    ],
    [
      'a foreign key',
      'CREATE TABLE blocked_target (a int PRIMARY KEY); ALTER TABLE blocked ADD CONSTRAINT refers FOREIGN KEY (a) REFERENCES blocked_target',
      'constraint refers depends',
    ],
    ['a policy', 'CREATE POLICY own_rows ON blocked USING (a > 0)', 'policy own_rows depends'],
  ])('names %s that prevents evolving', async (_case, statement, message) => {
    await ask(`DROP TABLE IF EXISTS blocked, blocked_target CASCADE; CREATE TABLE blocked (a int); ${statement}`);
    await expect(load('a\nP-1\n', { table: 'blocked', onSchemaChange: 'evolve' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(
        `The column “a” of the table “blocked” must become text, but the ${message} on it`,
      ),
    });
    expect(
      await ask("SELECT data_type FROM information_schema.columns WHERE table_name = 'blocked' AND column_name = 'a'"),
    ).toEqual([{ data_type: 'integer' }]);
  });

  it('refuses columns named like system columns', async () => {
    for (const name of ['ctid', 'xmin', 'tableoid', 'cmax'])
      await expect(load(`${name},b\n1,2\n`, { table: 'system_names', mode: 'create' })).rejects.toMatchObject({
        code: 'invalid-input',
        message: `The column name “${name}” is reserved by the database.`,
      });
    expect(await load('rowid,CTID\n9,x\n', { table: 'system_names', mode: 'create' })).toMatchObject({ rows: 1 });
  });

  it('explains too many columns, and rows that are too wide', async () => {
    const header = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`).join(',');
    await expect(
      load(`${header(1601)}\n${Array.from({ length: 1601 }, () => 'x').join(',')}\n`, {
        table: 'broad',
        mode: 'create',
      }),
    ).rejects.toMatchObject({ code: 'invalid-input', hint: expect.stringContaining('can have 1,600 columns') });
    await expect(
      load(
        `${header(500)}\n${Array.from({ length: 500 }, () => 'long text, '.repeat(300).replaceAll(',', ';')).join(',')}\n`,
        { table: 'broad', mode: 'create' },
      ),
    ).rejects.toMatchObject({ code: 'invalid-input', hint: expect.stringContaining('load fewer columns') });
  });
});
