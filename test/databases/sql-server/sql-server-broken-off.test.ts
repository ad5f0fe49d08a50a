import { setTimeout as wait } from 'node:timers/promises';
import type { LoadOptions } from '../../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { Fault } from '../../doubles/sql-server/fault.ts';
import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { loadCsv } from '../load-csv.ts';
import { failureOf, manyRows, useSqlServer, withServer } from './use-sql-server.ts';
import { hinting } from '../hinting.ts';

const tests = useSqlServer();
const { load, rows, values } = tests;
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
});

describe('An interrupted load into SQL Server', () => {
  beforeEach(() =>
    server.table(
      `dbo.${table}`,
      [
        { name: 'id', type: 'int' },
        { name: 'name', type: 'nvarchar(20)' },
      ],
      [[1, 'Ada']],
    ),
  );
  afterEach(() => expect(values()).toEqual([[1, 'Ada']]));
  const loadRows = (
    options: Partial<LoadOptions> = {},
    source: string | AsyncIterable<Uint8Array> = manyRows(20_000),
  ) => failureOf(load(source, { mode: 'replace', ...options }));

  it('leaves the table unchanged when the connection breaks while rows are sent', async () => {
    server.fail({ at: 'bulk', afterBytes: 300_000 });
    expect(await loadRows()).toMatchObject({
      code: 'unavailable',
      retryable: true,
      hint: hinting('The table was not changed'),
    });
    expect(server.statements).not.toContain('(begin)');
  });

  it('leaves the table unchanged when the connection breaks within the transaction', async () => {
    server.fail({ at: 'statement', matching: /^INSERT INTO/ });
    expect(await loadRows()).toMatchObject({ code: 'unavailable', retryable: true });
    expect(server.statements).not.toContain('(commit)');
  });

  it('reports that the outcome is unknown when the connection breaks at COMMIT', async () => {
    server.fail({ at: 'commit' });
    expect(await loadRows()).toMatchObject({
      code: 'unavailable',
      hint: hinting('either all of them or none'),
    });
  });

  it('is retryable when the server chose it as the victim of a deadlock', async () => {
    server.fail({
      at: 'statement',
      matching: /^INSERT INTO/,
      fault: new Fault(
        1205,
        'Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim.',
        13,
      ),
    });
    expect(await loadRows({ saveLoadRecord: true })).toMatchObject({
      code: 'busy',
      retryable: true,
      message: expect.stringContaining('error 1205'),
    });
    expect(server.statements).toContain('(taken back by the server)');
    expect(rows('pipewright_loads').filter(({ table_name: name }) => name === table)).toMatchObject([
      { status: 'failed' },
    ]);
  });

  it.each([
    [1222, 'busy', true],
    [229, 'forbidden', false],
    [208, 'table-missing', false],
    [1105, 'unavailable', false],
    [9002, 'unavailable', false],
    [40501, 'unavailable', true],
    [8152, 'invalid-input', false],
    [547, 'conflict', false],
  ])('explains error %s of the server', async (number, code, retryable) => {
    server.fail({ at: 'statement', matching: /^INSERT INTO/, fault: new Fault(number, 'It cannot be.') });
    expect(await loadRows()).toMatchObject({
      code,
      retryable,
      message: `SQL Server reported: It cannot be (error ${number}).`,
    });
  });

  it('leaves the table unchanged when the server refuses the rows', async () => {
    server.fail({
      at: 'bulk',
      afterBytes: Infinity,
      fault: new Fault(1105, "Could not allocate space in database 'tempdb'.", 17),
    });
    expect(await loadRows()).toMatchObject({ code: 'unavailable', hint: hinting('is full') });
  });

  it('leaves the table unchanged when it is cancelled while its source stalls, and cancels the statement', async () => {
    const stop = new AbortController();
    async function* silent() {
      yield Buffer.from(manyRows(20_000));
      setTimeout(() => stop.abort(), 20);
      await new Promise(() => undefined);
    }
    expect(await loadRows({ signal: stop.signal, saveLoadRecord: true }, silent())).toMatchObject({
      code: 'cancelled',
    });
    expect(server.statements).toContain('(taken back)');
    expect(rows('pipewright_loads').filter(({ table_name: name }) => name === table)).toMatchObject([
      { status: 'failed' },
    ]);
  });

  it('fails after the lock timeout while another load holds the table', async () => {
    await withServer({ longestLockWait: 100 }, async (other) => {
      const address = other.address({ encrypt: 'off' });
      const first = await openTarget(address);
      const going = await first.begin({ table, mode: 'create' });
      expect(await failureOf(loadCsv(address, 'a\n1\n', { table: table.toUpperCase() }))).toMatchObject({
        code: 'busy',
        retryable: true,
        message: expect.stringContaining('is still running'),
      });
      await going.abort();
      expect(await loadCsv(address, 'a\n1\n', { table })).toMatchObject({ rows: 1 });
      await first.close();
    });
  });

  it('applies backpressure to its source', async () => {
    let given = 0;
    async function* endless() {
      yield Buffer.from('id,name\n');
      for (; given < 400; given += 1) yield Buffer.from('7,a name of twenty..\n'.repeat(5_000));
    }
    const stop = new AbortController();
    const loading = loadRows({ signal: stop.signal }, endless());
    while (server.bulkBytes === 0) await wait(5);
    server.hold();
    await wait(300);
    const before = given;
    await wait(300);
    expect(given - before).toBeLessThanOrEqual(1);
    expect(given).toBeLessThan(200);
    stop.abort();
    server.release();
    expect(await loading).toMatchObject({ code: 'cancelled' });
  });
});
