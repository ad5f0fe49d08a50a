import mysql from 'mysql2/promise';
import { documentedRights } from '../../support/machine/mysql-family.ts';
import { loadCsv } from '../load-csv.ts';
import { describeOn, mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';
import { hinting } from '../hinting.ts';

describe.each(mysqlProducts)('A table of %s', (product, start) => {
  const { ask, load, server } = useMysql(start);
  const modes = [
    ['append', { mode: 'append' }],
    ['replace', { mode: 'replace' }],
    ['upsert', { mode: 'upsert', key: ['id'] }],
    ['evolve', { mode: 'append', onSchemaChange: 'evolve' }],
  ] as const;

  it.each(modes)(
    'refuses a load whose values a trigger changes, for a user who may see triggers: %s',
    async (_mode, options) => {
      await ask(`DROP TABLE IF EXISTS changing; CREATE TABLE changing (id int PRIMARY KEY, name varchar(20)); INSERT INTO changing VALUES (1, 'old');
      CREATE TRIGGER shout BEFORE INSERT ON changing FOR EACH ROW SET NEW.name = upper(NEW.name);
      GRANT TRIGGER ON warehouse.* TO pipewright@'127.0.0.1'`);
      try {
        await expect(load('id,name\n2,Ada\n', { table: 'changing', ...options })).rejects.toMatchObject({
          code: 'rows-changed',
          hint: hinting('shout'),
        });
        expect(await ask('SELECT * FROM changing')).toEqual([{ id: 1, name: 'old' }]);
        expect(await load('id,name\n2,ADA\n', { table: 'changing', ...options })).toMatchObject({ rows: 1 });
      } finally {
        await ask("REVOKE TRIGGER ON warehouse.* FROM pipewright@'127.0.0.1'");
      }
    },
  );

  it('refuses an upsert whose updates a trigger changes, for a user who may see triggers', async () => {
    await ask(`DROP TABLE IF EXISTS changing; CREATE TABLE changing (id int PRIMARY KEY, name varchar(20)); INSERT INTO changing VALUES (1, 'old');
      CREATE TRIGGER keep_old BEFORE UPDATE ON changing FOR EACH ROW SET NEW.name = OLD.name;
      GRANT TRIGGER ON warehouse.* TO pipewright@'127.0.0.1'`);
    try {
      await expect(
        load('id,name\n1,Ada\n2,Bob\n', { table: 'changing', mode: 'upsert', key: ['id'] }),
      ).rejects.toMatchObject({ code: 'rows-changed', hint: hinting('keep_old') });
      expect(await ask('SELECT * FROM changing')).toEqual([{ id: 1, name: 'old' }]);
    } finally {
      await ask("REVOKE TRIGGER ON warehouse.* FROM pipewright@'127.0.0.1'");
    }
  });

  it.each(modes)('is unchanged when its trigger refuses a row, and names the reason: %s', async (_mode, options) => {
    await ask(`DROP TABLE IF EXISTS refusing; CREATE TABLE refusing (id int PRIMARY KEY, name text); INSERT INTO refusing VALUES (1, 'old');
      CREATE TRIGGER no_two BEFORE INSERT ON refusing FOR EACH ROW BEGIN IF NEW.id = 2 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no two, please'; END IF; END`);
    await expect(load('id,name\n2,Ada\n3,Bob\n', { table: 'refusing', ...options })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('no two, please'),
    });
    expect(await ask('SELECT * FROM refusing')).toEqual([{ id: 1, name: 'old' }]);
  });

  it('names the constraint and the other table that a row violates', async () => {
    await ask(
      'DROP TABLE IF EXISTS payment, claim; CREATE TABLE claim (id int PRIMARY KEY); INSERT INTO claim VALUES (1); CREATE TABLE payment (claim int, CONSTRAINT paid_for FOREIGN KEY (claim) REFERENCES claim (id))',
    );
    for (const options of [{ mode: 'append' }, { mode: 'append', onSchemaChange: 'evolve' }] as const) {
      await expect(load('claim\n1\n9\n', { table: 'payment', ...options })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/paid_for.*REFERENCES `claim`/),
        hint: hinting('The table was not changed.'),
      });
    }
    expect(await ask('SELECT * FROM payment')).toEqual([]);
  });

  it.each(['int', 'varchar(9)', 'date', "enum('x','y')", 'json'])(
    'does not invent a value for a missing column %s NOT NULL',
    async (type) => {
      await ask(`DROP TABLE IF EXISTS needy; CREATE TABLE needy (id int PRIMARY KEY, v ${type} NOT NULL)`);
      for (const options of [
        { mode: 'append' },
        { mode: 'append', onSchemaChange: 'evolve' },
        { mode: 'upsert', key: ['id'] },
      ] as const) {
        await expect(load('id\n1\n', { table: 'needy', ...options })).rejects.toMatchObject({
          code: 'invalid-input',
          message: expect.stringContaining('v'),
        });
      }
      expect(await ask('SELECT * FROM needy')).toEqual([]);
    },
  );

  it('accepts a dataset without a required column that a trigger, a default or an existing row fills', async () => {
    await ask(`DROP TABLE IF EXISTS needy; CREATE TABLE needy (id int PRIMARY KEY, twice int NOT NULL, open int NOT NULL DEFAULT 7);
      CREATE TRIGGER fill BEFORE INSERT ON needy FOR EACH ROW SET NEW.twice = NEW.id * 2`);
    await load('id\n1\n', { table: 'needy', mode: 'append' });
    await ask('DROP TRIGGER fill');
    await load('id,open\n1,8\n', { table: 'needy', mode: 'upsert', key: ['id'] });
    expect(await ask('SELECT * FROM needy')).toEqual([{ id: 1, twice: 2, open: 8 }]);
  });

  it.each([['k,v\na,1\nA,2\n'], ['k,v\ná,1\na,2\n'], ['k,v\n"a ",1\na,2\n']])(
    'refuses two keys that its collation treats as the same: %j',
    async (csv) => {
      await ask(
        `DROP TABLE IF EXISTS lax; CREATE TABLE lax (k varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY, v int); INSERT INTO lax VALUES ('a', 0)`,
      );
      for (const onSchemaChange of ['fail', 'evolve'] as const)
        await expect(load(csv, { table: 'lax', mode: 'upsert', key: ['k'], onSchemaChange })).rejects.toMatchObject({
          code: 'invalid-input',
          message: expect.stringContaining('is not unique'),
        });
      expect(await ask('SELECT * FROM lax')).toEqual([{ k: 'a', v: 0 }]);
    },
  );

  it('keeps the values of an evolving column, whatever row changes its type', async () => {
    const early = ['007', 'TRUE', '1.50', '+5', '2026-11-20T08:00:00Z', ''];
    const values = [...Array.from({ length: 12_000 }, (_, row) => early[row % early.length] as string), 'abc'];
    for (const type of ['int', 'decimal(10,2)', 'date', 'datetime', 'varchar(30)', "char(36) COMMENT 'UUID'"]) {
      await ask(`DROP TABLE IF EXISTS broad; CREATE TABLE broad (n int, v ${type})`);
      await load(`n,v\n${values.map((value, row) => `${row},${value}`).join('\n')}\n`, {
        table: 'broad',
        mode: 'append',
        onSchemaChange: 'evolve',
      });
      expect((await ask('SELECT v FROM broad ORDER BY n')).map(({ v }) => v)).toEqual(
        values.map((value) => (value === '' ? null : value)),
      );
    }
  });

  it.each([
    ['int', '5', '1.25', '1.25', 'decimal'],
    ['smallint', '5', '70000', '70000', 'bigint'],
    ['decimal(6,2)', '5.00', '1.0051', '1.0051', 'decimal'],
    ['decimal(6,2)', '5.00', '1234567.5', '1234567.500', 'decimal'],
    ['datetime', '2026-11-20 10:00:00', '2026-11-20 10:00:00.7', '2026-11-20 10:00:00.700000', 'datetime(6)'],
    ['varchar(3)', 'abc', 'abcd', 'abcd', 'longtext'],
    ['int unsigned', '5', '-1', '-1', 'bigint'],
  ])('widens %s with the value %s for %s', async (type, old, value, held, wider) => {
    await ask(
      `DROP TABLE IF EXISTS wider; CREATE TABLE wider (n int, v ${type}); INSERT INTO wider VALUES (1, '${old}')`,
    );
    await load(`n,v\n2,${value}\n`, { table: 'wider', mode: 'append', onSchemaChange: 'evolve' });
    const [first, second] = await ask('SELECT CAST(v AS char) AS v FROM wider ORDER BY n');
    expect(Number.isNaN(Number(held)) ? second?.['v'] : Number(second?.['v'])).toEqual(
      Number.isNaN(Number(held)) ? held : Number(held),
    );
    expect(String(first?.['v']).startsWith(old.replace(/\.00$/, ''))).toBe(true);
    expect(
      (
        await ask(
          "SELECT column_type AS type FROM information_schema.columns WHERE table_name = 'wider' AND column_name = 'v'",
        )
      )[0]?.['type'],
    ).toMatch(wider);
  });

  it.each([
    ['json', '{x'],
    ["enum('a')", 'b'],
    ['float', '16777217'],
    ['bit(4)', '16'],
    ['time', '10:00:00.5'],
    ['year', '99'],
    ['tinyint(1)', 'maybe'],
    ['timestamp NULL', '2150-01-01T00:00Z'],
  ])('does not widen %s for %s', async (type, value) => {
    await ask(`DROP TABLE IF EXISTS fixed; CREATE TABLE fixed (n int, v ${type})`);
    await expect(
      load(`n,v\n2,${value}\n`, { table: 'fixed', mode: 'append', onSchemaChange: 'evolve' }),
    ).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('“v”') });
    expect(await ask('SELECT * FROM fixed')).toEqual([]);
  });

  it('does not require generated and invisible columns', async () => {
    await ask(`CREATE TABLE calculating (a int, twice int AS (a * 2) STORED, hidden int INVISIBLE)`);
    for (const mode of ['append', 'replace'] as const) await load('a\n4\n', { table: 'calculating', mode });
    expect(await ask('SELECT a, twice, hidden FROM calculating')).toEqual([{ a: 4, twice: 8, hidden: null }]);
    await expect(load('a,twice\n4,9\n', { table: 'calculating', mode: 'append' })).rejects.toMatchObject({
      code: 'columns-missing',
      message: expect.stringContaining('“twice”'),
    });
    await load('a,hidden\n5,6\n', { table: 'calculating', mode: 'append' });
    expect(await ask('SELECT a, hidden FROM calculating WHERE a = 5')).toEqual([{ a: 5, hidden: 6 }]);
  });

  it.each([
    ['CREATE TEMPORARY TABLES', { mode: 'upsert', key: ['id'] }],
    ['INSERT', { mode: 'append' }],
    ['DELETE', { mode: 'replace' }],
  ] as const)('names the missing privilege: %s', async (right, options) => {
    await ask(
      'DROP TABLE IF EXISTS guarded; CREATE TABLE guarded (id int PRIMARY KEY); INSERT INTO guarded VALUES (1)',
    );
    await ask(`REVOKE ${right} ON warehouse.* FROM pipewright@'127.0.0.1'`);
    try {
      await expect(load('id\n2\n', { table: 'guarded', ...options })).rejects.toMatchObject({
        code: 'forbidden',
        hint: hinting(new RegExp(`lacks one of these privileges: [A-Z, ]*${right}`)),
      });
      expect(await ask('SELECT * FROM guarded')).toEqual([{ id: 1 }]);
    } finally {
      await ask(`GRANT ${documentedRights} ON warehouse.* TO pipewright@'127.0.0.1'`);
    }
  });

  it('is not found in a database that the user may not use', async () => {
    await expect(load('a\n1\n', { table: 't', schema: 'nowhere' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('“nowhere”'),
    });
  });

  if (product === 'MySQL') {
    it.each([
      ['is locked', 'ACCOUNT LOCK', 'ACCOUNT UNLOCK', 'unauthorized', 'ACCOUNT UNLOCK'],
      ['has an expired password', 'PASSWORD EXPIRE', '', 'unauthorized', 'expired'],
    ])('explains what to do for a user that %s', async (_case, change, back, code, hint) => {
      await ask(`ALTER USER pipewright@'127.0.0.1' ${change}`);
      try {
        await expect(load('a\n1\n', { table: 't', mode: 'append' })).rejects.toMatchObject({
          code,
          hint: hinting(hint),
        });
      } finally {
        await ask(`ALTER USER pipewright@'127.0.0.1' ${back || `IDENTIFIED BY '${server().password}'`}`);
      }
    });

    it('is refused in a read-only database', async () => {
      await ask('CREATE TABLE frozen (a int); ALTER DATABASE warehouse READ ONLY = 1');
      try {
        await expect(load('a\n1\n', { table: 'frozen', mode: 'append' })).rejects.toMatchObject({
          code: 'forbidden',
          hint: hinting('read-only'),
        });
      } finally {
        await ask('ALTER DATABASE warehouse READ ONLY = 0');
      }
    });

    it('accepts a user with caching_sha2_password, encrypted or not', async () => {
      const [row] = await ask("SELECT plugin FROM mysql.user WHERE user = 'pipewright'");
      expect(row).toEqual({ plugin: 'caching_sha2_password' });
      await ask('FLUSH PRIVILEGES');
      for (const ssl of ['off', 'encrypt'])
        expect(await loadCsv(`${server().url}?ssl=${ssl}`, 'a\n1\n', { table: 'login', mode: 'append' })).toMatchObject(
          { rows: 1 },
        );
    });
  }
});

describeOn('MySQL', (start) => {
  describe('that requires primary keys', () => {
    const { ask, load, server } = useMysql(start, { settings: { sql_require_primary_key: 'ON' } });

    it('loads into existing tables, records loads and rejected rows, and explains what to do about a new table', async () => {
      await ask('CREATE TABLE known (id int PRIMARY KEY, name text)');
      await load('id,name\n1,Ada\n', { table: 'known', mode: 'append' });
      expect(await load('id,name\n1,Eve\n2,Bob\n', { table: 'known', mode: 'upsert', key: ['id'] })).toMatchObject({
        updated: 1,
        inserted: 1,
      });
      expect(
        await load('id,name,more\n3,Cleo,x\n4\n', {
          table: 'known',
          mode: 'append',
          onSchemaChange: 'evolve',
          saveRejectedRows: true,
          maxRejectedRows: 1,
        }),
      ).toMatchObject({ rows: 1, rejected: 1 });
      expect(await ask('SELECT * FROM known ORDER BY id')).toEqual([
        { id: 1, name: 'Eve', more: null },
        { id: 2, name: 'Bob', more: null },
        { id: 3, name: 'Cleo', more: 'x' },
      ]);
      expect(await ask('SELECT line FROM pipewright_rejects')).toHaveLength(1);
      await expect(load('id\n1\n', { table: 'unknown' })).rejects.toMatchObject({
        code: 'forbidden',
        hint: hinting('sql_generate_invisible_primary_key'),
      });
    });

    it('loads into new tables where it adds an invisible primary key itself', async () => {
      await ask('SET GLOBAL sql_generate_invisible_primary_key = ON');
      const late = `id,name\n${'1,x\n'.repeat(30_000)}z,y\n`;
      expect(await load(late, { table: 'unknown' })).toMatchObject({
        rows: 30_001,
        columns: [
          { name: 'id', type: 'text' },
          { name: 'name', type: 'text' },
        ],
      });
      for (const options of [
        { mode: 'append' },
        { mode: 'replace' },
        { mode: 'append', onSchemaChange: 'evolve' },
      ] as const)
        await load('id,name\n7,w\n', { table: 'unknown', ...options });
      const client = await mysql.createConnection(server().adminUrl);
      expect((await client.query('SELECT * FROM unknown'))[0]).toEqual([
        { id: '7', name: 'w' },
        { id: '7', name: 'w' },
      ]);
      await client.end();
    });
  });
});
