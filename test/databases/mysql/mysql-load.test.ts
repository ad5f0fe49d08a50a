import { setTimeout as sleep } from 'node:timers/promises';
import { loadIntoTable } from '../../../shared/src/datasets/load/load-into-table.ts';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { inPieces } from '../load-csv.ts';
import { hinting } from '../hinting.ts';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

type Row = Record<string, unknown>;

describe.each(mysqlProducts)('A load into %s', (product, start) => {
  const { server, address, ask, load, staged, exists } = useMysql(start);
  /** Started first, because it takes 30 seconds: a load into a table that another load has locked. */
  let kept: Promise<unknown>;
  beforeAll(async () => {
    const holder = await openTarget(address());
    await holder.begin({ table: 'held', mode: 'append' });
    kept = load('a\n1\n', { table: 'held', mode: 'append' })
      .catch((error: unknown) => error)
      .finally(() => holder.close());
  });
  afterAll(() => kept);
  const rows = (count: number) =>
    `a,b\n${Array.from({ length: count }, (_, row) => `${row},text of a row`).join('\n')}\n`;
  /** Ends the connection, or the statement, of the running load once the server executes it. */
  const killLoad = async (what: 'CONNECTION' | 'QUERY'): Promise<void> => {
    for (;;) {
      const sessions = await ask(
        "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND info LIKE 'LOAD DATA%'",
      );
      for (const { id } of sessions) await ask(`KILL ${what} ${String(id)}`);
      if (sessions.length > 0) return;
      await sleep(5);
    }
  };

  it.each(['replace', 'create'] as const)(
    'leaves the table unchanged when the server ends the connection, in mode %s',
    async (mode) => {
      const table = `cut_${mode}`;
      if (mode === 'replace') await load('a,b\n1,x\n', { table });
      async function* interrupted() {
        yield Buffer.from(rows(50_000));
        await killLoad('CONNECTION');
        for (let piece = 0; piece < 50; piece += 1) yield Buffer.from(rows(20_000).slice(4));
      }
      const failure: unknown = await load(interrupted(), { table, mode, loadKey: 'cut' }).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 'unavailable', retryable: true });
      if (mode === 'replace') expect(await ask(`SELECT a, b FROM ${table}`)).toEqual([{ a: 1, b: 'x' }]);
      else expect(await exists(table)).toBe(false);
      expect(await load('a,b\n2,y\n', { table, mode, loadKey: 'cut' })).not.toHaveProperty('repeated');
      expect([await ask(`SELECT a FROM ${table}`), await staged()]).toEqual([[{ a: 2 }], []]);
    },
  );

  it('leaves the table unchanged when the server cancels the statement', async () => {
    await load('a,b\n1,x\n', { table: 'stopped' });
    async function* interrupted() {
      yield Buffer.from(rows(50_000));
      await killLoad('QUERY');
      for (let piece = 0; piece < 20; piece += 1) yield Buffer.from(rows(20_000).slice(4));
    }
    await expect(load(interrupted(), { table: 'stopped', mode: 'replace', loadKey: 'stopped' })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await ask('SELECT a, b FROM stopped')).toEqual([{ a: 1, b: 'x' }]);
    expect(await ask("SELECT status FROM pipewright_loads WHERE table_name = 'stopped'")).toEqual([
      { status: 'failed' },
    ]);
  });

  it('leaves the table unchanged when it is cancelled while its source stalls', async () => {
    await load('a,b\n1,x\n', { table: 'still' });
    const stop = new AbortController();
    async function* silent() {
      yield Buffer.from(rows(50_000));
      setTimeout(() => stop.abort(), 20);
      await new Promise(() => undefined);
    }
    await expect(load(silent(), { table: 'still', mode: 'replace', signal: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await ask('SELECT a, b FROM still')).toEqual([{ a: 1, b: 'x' }]);
  });

  it('does not depend on the settings of the server', async () => {
    const unusual = {
      net_read_timeout: '1',
      sql_mode: "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
      sql_safe_updates: '1',
      time_zone: "'+05:00'",
      ...(product === 'MySQL' ? { max_execution_time: '1' } : { max_statement_time: '0.2' }),
      completion_type: "'CHAIN'",
      autocommit: '0',
      foreign_key_checks: '0',
      default_storage_engine: 'MyISAM',
      sql_notes: '0',
      max_error_count: '0',
    };
    const before =
      (
        await ask(
          `SELECT ${Object.keys(unusual)
            .map((name) => `@@global.${name} AS ${name}`)
            .join()}`,
        )
      )[0] ?? {};
    await load('a\n0\n', { table: 'unusual' });
    const set = (values: Row) =>
      ask(
        `SET ${Object.entries(values)
          .map(
            ([name, value]) =>
              `GLOBAL ${name} = ${typeof value === 'string' && !/^['\d]/.test(value) ? `'${value}'` : String(value)}`,
          )
          .join()}`,
      );
    await set({ ...unusual, default_storage_engine: "'MyISAM'" });
    try {
      async function* slow() {
        yield Buffer.from(`a\n1\n${'2\n'.repeat(100_000)}`);
        await sleep(1500);
        yield Buffer.from('2\n'.repeat(200_000));
      }
      await load(slow(), { table: 'unusual', mode: 'replace', saveLoadRecord: true });
      await load('at,v\n2026-11-20T10:00+02:00,\\\n', { table: 'unusual_new' });
      await expect(load('a\n1\n99999999999999999999\n', { table: 'unusual', mode: 'append' })).rejects.toMatchObject({
        code: 'invalid-input',
      });
    } finally {
      await set({
        ...before,
        time_zone: "'SYSTEM'",
        sql_mode: `'${String(before['sql_mode'])}'`,
        completion_type: "'NO_CHAIN'",
        default_storage_engine: "'InnoDB'",
      });
    }
    expect(await ask('SELECT count(*) AS number FROM unusual')).toEqual([{ number: 300_001 }]);
    expect(await ask('SELECT at, v FROM unusual_new')).toEqual([{ at: '2026-11-20 08:00:00.000000', v: '\\' }]);
    expect(
      await ask(
        "SELECT DISTINCT engine AS engine FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE 'unusual%'",
      ),
    ).toEqual([{ engine: 'InnoDB' }]);
  });

  it('explains how to enable local_infile', async () => {
    await load('a\n1\n', { table: 'no_files' });
    await ask('SET GLOBAL local_infile = 0');
    try {
      for (const table of ['no_files', 'no_files_new'])
        await expect(load('a\n2\n', { table, mode: 'replace' })).rejects.toMatchObject({
          code: 'forbidden',
          hint: hinting('local_infile = ON'),
        });
    } finally {
      await ask('SET GLOBAL local_infile = 1');
    }
    expect(await ask('SELECT a FROM no_files')).toEqual([{ a: 1 }]);
  });

  it('does not touch a table that was created during the load', async () => {
    async function* slow() {
      yield Buffer.from('a\n1\n');
      await ask('CREATE TABLE meanwhile (a int); INSERT INTO meanwhile VALUES (9)');
      yield Buffer.from('2\n');
    }
    await expect(load(slow(), { table: 'meanwhile', loadKey: 'event', saveRejectedRows: true })).rejects.toMatchObject({
      code: 'table-exists',
    });
    expect(await ask('SELECT a FROM meanwhile')).toEqual([{ a: 9 }]);
    expect(
      await ask("SELECT status, row_count AS number FROM pipewright_loads WHERE table_name = 'meanwhile'"),
    ).toEqual([{ status: 'failed', number: 0 }]);
    expect(await staged()).toEqual([]);
  });

  it('waits for a load into the same table, and not for one into another table', async () => {
    const more = Promise.withResolvers<void>();
    async function* slow() {
      yield Buffer.from(`a\n${'1\n'.repeat(600_000)}`);
      await more.promise;
      yield Buffer.from('2\n');
    }
    const first = load(slow(), { table: 'queue' });
    while (
      (
        await ask(
          "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND info LIKE 'LOAD DATA%'",
        )
      ).length === 0
    )
      await sleep(5);
    await load('a\n9\n', { table: 'no_queue' });
    let isOver = false;
    const second = load('a\n3\n', { table: 'QUEUE'.toLowerCase(), mode: 'append' }).finally(() => (isOver = true));
    await sleep(100);
    expect(isOver).toBe(false);
    more.resolve();
    await Promise.all([first, second]);
    expect((await ask('SELECT DISTINCT a FROM queue ORDER BY a')).map(({ a }) => a)).toEqual([1, 2, 3]);
  });

  it('can be followed by another load on the same connection, also after a failure', async () => {
    const target = await openTarget(address());
    try {
      await expect(
        loadIntoTable(inPieces('a,b\n1\n'), target, { table: 'serial', mode: 'create' }),
      ).rejects.toMatchObject({ code: 'rejected-rows' });
      for (const mode of ['create', 'append', 'replace', 'append'] as const)
        await loadIntoTable(inPieces('a,b\n1,2\n'), target, { table: 'serial', mode });
      for (const onSchemaChange of ['evolve', 'fail'] as const)
        await loadIntoTable(inPieces('a,b\n1,2\n'), target, {
          table: 'serial',
          mode: 'append',
          onSchemaChange,
        });
      await expect(
        loadIntoTable(inPieces('a,b\n1,x\n'), target, { table: 'serial', mode: 'upsert', key: ['a'] }),
      ).rejects.toMatchObject({ code: 'invalid-input' });
      expect(await target.describe()).toContain('warehouse');
    } finally {
      await target.close();
    }
    expect(await ask('SELECT count(*) AS number FROM serial')).toEqual([{ number: 4 }]);
  });

  it('fails after 30 seconds while another load is running', async () => {
    expect(await kept).toMatchObject({
      code: 'busy',
      retryable: true,
      message: expect.stringContaining('is still running'),
    });
  });

  it('explains a wrong address or login without the password', async () => {
    const wrong = address().replace(server().password, 'wrong-secret');
    await expect(openTarget(wrong)).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(openTarget(wrong)).rejects.not.toThrow(/wrong-secret/);
    await expect(openTarget(address().replace('/warehouse', '/nowhere'))).rejects.toMatchObject({
      code: 'forbidden',
      hint: hinting('the database name'),
    });
    await expect(openTarget(address().replace(/:\d+\//, ':1/'))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(openTarget(address().replace('ssl=off', 'ssl=no'))).rejects.toMatchObject({ code: 'invalid-input' });
    for (const odd of [
      'mysql://user:secret@',
      'mysql://user:secret%@localhost/x',
      `${address()}&ssl=verify&ca=/none`.replace('ssl=off&', ''),
    ])
      await expect(openTarget(odd)).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.not.stringContaining('secret'),
      });
    await expect(openTarget(server().url)).rejects.toMatchObject({
      code: 'unavailable',
      hint: hinting(product === 'MySQL' ? 'known authority' : 'choose Off'),
    });
    expect(await (await openTarget(address().replace('mysql:', 'mariadb:'))).describe()).toContain('pipewright');
  });
});

describe.each(mysqlProducts)('A %s with statement-based replication', (_product, start) => {
  const { ask, load, client, address } = useMysql(start, {
    settings: { log_bin: 'log', binlog_format: 'STATEMENT', server_id: '1', max_allowed_packet: '1048576' },
  });

  it('accepts every kind of load, although it warns about some', async () => {
    for (const mode of ['create', 'append', 'replace'] as const)
      await load(`id,v\n1,${'x'.repeat(3_000_000)}\n`, { table: 'logged', mode, loadKey: mode });
    for (const onSchemaChange of ['fail', 'evolve'] as const)
      expect(
        await load('id,v\n1,a\n2,b\n', { table: 'logged', mode: 'upsert', key: ['id'], onSchemaChange }),
      ).toMatchObject({ rows: 2 });
    await ask('CREATE TABLE numbered (n int AUTO_INCREMENT PRIMARY KEY, id int UNIQUE, v int)');
    await load('id,v\n1,1\n', { table: 'numbered', mode: 'append' });
    await load('id,v\n1,2\n2,3\n', { table: 'numbered', mode: 'upsert', key: ['id'] });
    expect(await ask('SELECT id, v FROM numbered ORDER BY id')).toEqual([
      { id: 1, v: 2 },
      { id: 2, v: 3 },
    ]);
    await client().query('SET GLOBAL max_allowed_packet = 16384');
    expect(await load(`id,v\n1,${'x'.repeat(100_000)}\n`, { table: 'logged', mode: 'append' })).toMatchObject({
      rows: 1,
    });
    expect(address()).toContain('pipewright');
  });
});
