import { createServer } from 'node:net';
import { explainSqlServer, waitAfter } from '../../../shared/src/databases/sql-server/sql-server-error.ts';
import { openTarget } from '../../../shared/src/databases/open-target.ts';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import { openDatabase } from '../../../shared/src/tables/sql-table/open-database.ts';
import { Fault } from '../../doubles/sql-server/fault.ts';
import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { fakeHost } from '../../unit/fake-host.ts';
import { failureOf, manyRows, useSqlServer } from './use-sql-server.ts';
import { hinting } from '../hinting.ts';

const tests = useSqlServer();
let server: SqlServer;
beforeEach(() => {
  ({ server } = tests);
});

/** Error numbers of the server with code, retryable, and a word from the hint. */
const numbers: [number: number, code: string, retryable: boolean, hint: RegExp][] = [
  [596, 'unavailable', true, /Run the step again/],
  [601, 'busy', true, /again later/],
  [615, 'unavailable', true, /starting, stopping or busy/],
  [911, 'not-found', false, /database name/],
  [926, 'unavailable', true, /starting/],
  [1105, 'unavailable', false, /full/],
  [1204, 'unavailable', true, /memory or locks/],
  [1205, 'busy', true, /again later/],
  [1222, 'busy', true, /again later/],
  [3906, 'unavailable', true, /replica/],
  [3935, 'unavailable', true, /again/],
  [3960, 'busy', true, /again later/],
  [4060, 'not-found', true, /database name/],
  [4221, 'unavailable', true, /starting/],
  [8645, 'unavailable', true, /memory or locks/],
  [8651, 'unavailable', true, /memory or locks/],
  [9001, 'unavailable', true, /again/],
  [9002, 'unavailable', false, /full/],
  [10053, 'unavailable', true, /again/],
  [10054, 'unavailable', true, /again/],
  [10060, 'unavailable', true, /firewall/],
  [10928, 'unavailable', true, /busy/],
  [10929, 'unavailable', true, /busy/],
  [18456, 'unauthorized', false, /password/],
  [40197, 'unavailable', true, /busy/],
  [40501, 'unavailable', true, /busy/],
  [40532, 'not-found', false, /database\.windows\.net/],
  [40544, 'unavailable', false, /full/],
  [40549, 'unavailable', false, /several files/],
  [40550, 'unavailable', false, /several files/],
  [40551, 'unavailable', false, /several files/],
  [40552, 'unavailable', false, /several files/],
  [40553, 'unavailable', false, /several files/],
  [40613, 'unavailable', true, /starting/],
  [40615, 'forbidden', false, /firewall rule/],
  [40914, 'forbidden', false, /virtual network/],
  [47073, 'forbidden', false, /private endpoint/],
  [49918, 'unavailable', true, /busy/],
  [49919, 'unavailable', true, /busy/],
  [49920, 'unavailable', true, /busy/],
  [229, 'forbidden', false, /Grant/],
  [262, 'forbidden', false, /CREATE TABLE/],
  [1088, 'forbidden', false, /ALTER/],
  [511, 'invalid-input', false, /8,060 bytes/],
  [524, 'conflict', false, /trigger/],
  [3609, 'conflict', false, /trigger/],
  [2714, 'table-exists', true, /again/],
  [33504, 'conflict', false, /security policy/],
];

describe('An error of SQL Server', () => {
  it.each(numbers)('%s is %s, retryable: %s', (number, code, retryable, hint) => {
    expect(explainSqlServer(Object.assign(new Error('It cannot be.'), { number }))).toMatchObject({
      code,
      retryable,
      hint: hinting(hint),
      message: `SQL Server reported: It cannot be (error ${number}).`,
    });
    // The driver reports a refused login without the number.
    expect(
      explainSqlServer(Object.assign(new Error('It cannot be.'), { code: 'ELOGIN' }), { number, state: 1 }),
    ).toMatchObject({ code, retryable });
  });

  it('explains a refused login by its state, where the server returns it', () => {
    const refused = (state: number): unknown =>
      explainSqlServer(Object.assign(new Error("Login failed for user 'x'."), { code: 'ELOGIN' }), {
        number: 18456,
        state,
      });
    expect(refused(7)).toMatchObject({ code: 'unauthorized', hint: hinting('disabled') });
    expect(refused(38)).toMatchObject({ hint: hinting('database') });
    expect(refused(1)).toMatchObject({ hint: hinting('Check the user and password') });
  });

  it.each([
    [
      'wrapped in others',
      Object.assign(new Error('Failed to connect to host:1433 - Could not connect (sequence)'), {
        code: 'ESOCKET',
        cause: new AggregateError(
          [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1433'), { code: 'ECONNREFUSED' })],
          'Could not connect (sequence)',
        ),
      }),
      'ECONNREFUSED',
    ],
    [
      'of a closed socket',
      Object.assign(new Error('Connection lost - socket hang up'), { code: 'ESOCKET' }),
      'hang up',
    ],
    [
      'of a reset',
      Object.assign(new Error('Connection lost - read ECONNRESET'), {
        code: 'ESOCKET',
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      }),
      'ECONNRESET',
    ],
  ])('%s is retryable, and a login is retried a few times', (_case, error, expected) => {
    expect(explainSqlServer(error)).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringContaining(expected),
    });
    expect(waitAfter(error)).toBe('short');
  });
});

describe('A connection to SQL Server', () => {
  const connection = {
    engine: 'sqlserver',
    login: 'password',
    ssl: 'off',
    cloud: 'public',
    host: '127.0.0.1',
    user: 'loader',
  } as const;
  const open = async (host = fakeHost(), port = server.port): Promise<string> => {
    const target = await openDatabase(
      { ...connection, port, database: server.database, password: server.password },
      host,
    );
    try {
      return await target.describe();
    } finally {
      await target.close();
    }
  };

  it('that is refused is retried twice, then reported with host and port', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const address = closed.address();
    await new Promise((resolve) => closed.close(resolve));
    const host = fakeHost();
    const failure = await failureOf(open(host, typeof address === 'object' ? (address?.port ?? 1) : 1));
    expect(failure).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
      hint: hinting('host and port'),
    });
    expect(host.sleeps).toEqual([1_000, 2_000]);
  });

  it('waits at least two minutes for a paused serverless database', async () => {
    const host = fakeHost();
    server.fail({
      at: 'login',
      fault: new Fault(40613, "Database 'warehouse' on server 'x' is not currently available.", 14),
      times: 11,
    });
    expect(await open(host)).toBe('warehouse (loader)');
    expect(host.sleeps).toEqual([1_000, 2_000, 4_000, 8_000, ...Array<number>(7).fill(15_000)]);
    expect(host.sleeps.reduce((sum, pause) => sum + pause)).toBe(120_000);
  });

  it('explains after that time what to do about a database that does not resume', async () => {
    const host = fakeHost();
    server.fail({
      at: 'login',
      fault: new Fault(40613, "Database 'warehouse' on server 'x' is not currently available.", 14),
      times: 99,
    });
    const failure = await failureOf(open(host));
    expect(failure).toBeInstanceOf(PipewrightError);
    expect(failure).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringContaining('did not become available within 150 seconds'),
      hint: hinting('serverless'),
    });
    expect(host.sleeps.reduce((sum, pause) => sum + pause)).toBeLessThanOrEqual(150_000);
  });

  it.each([40615, 40914, 47073, 40532, 911])('is not retried after error %s', async (number) => {
    const host = fakeHost();
    server.fail({ at: 'login', fault: new Fault(number, 'It cannot be.', 14), times: 99 });
    expect(await failureOf(open(host))).toMatchObject({ retryable: false });
    expect(host.sleeps).toEqual([]);
  });

  it.each(['off', 'encrypt', 'strict'])(
    'that the server closes is a retryable error (encryption %s), and the table is unchanged',
    async (encrypt) => {
      server.table(
        `dbo.${tests.table}`,
        [
          { name: 'id', type: 'int' },
          { name: 'name', type: 'nvarchar(20)' },
        ],
        [[1, 'Ada']],
      );
      server.fail({ at: 'statement', matching: /^INSERT INTO/, orderly: true });
      const target = await openTarget(server.address({ encrypt }));
      const { loadIntoTable } = await import('../../../shared/src/datasets/load/load-into-table.ts');
      async function* source() {
        yield Buffer.from(manyRows(10));
      }
      const failure = await failureOf(loadIntoTable(source(), target, { table: tests.table, mode: 'replace' }));
      await target.close();
      expect(failure).toMatchObject({
        code: 'unavailable',
        retryable: true,
        hint: hinting('The table was not changed'),
      });
      expect(tests.values()).toEqual([[1, 'Ada']]);
    },
  );
});
