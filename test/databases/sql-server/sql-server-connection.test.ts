import { openTarget } from '../../../shared/src/databases/open-target.ts';
import type { SqlConnection } from '../../../shared/src/tables/sql-table/connection-fields.ts';
import { openDatabase } from '../../../shared/src/tables/sql-table/open-database.ts';
import { Fault } from '../../doubles/sql-server/fault.ts';
import type { SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { fakeHost } from '../../unit/fake-host.ts';
import { loadCsv } from '../load-csv.ts';
import { failureOf, useSqlServer, withServer } from './use-sql-server.ts';
import { hinting } from '../hinting.ts';

const tests = useSqlServer();
let server: SqlServer;
let table: string;
beforeEach(() => {
  ({ server, table } = tests);
});

describe('A login to SQL Server', () => {
  const connection: SqlConnection = { engine: 'sqlserver', login: 'password', ssl: 'encrypt', cloud: 'public' };
  const ask = async (values: Partial<SqlConnection>, host = fakeHost()): Promise<string> => {
    const target = await openDatabase(
      { ...connection, host: 'localhost', port: server.port, database: server.database, ...values },
      host,
    );
    try {
      return await target.describe();
    } finally {
      await target.close();
    }
  };

  it.each([
    ['strict', 'TLSv1.3 for tds/8.0'],
    ['verify', 'TLSv1.2'],
    ['encrypt', 'TLSv1.2'],
    ['off', 'none'],
  ])('is encrypted as configured: %s', async (encrypt, protocol) => {
    expect(await loadCsv(server.address({ encrypt }), 'a\n1\n', { table })).toMatchObject({ rows: 1 });
    expect(server.logins).toMatchObject([
      {
        user: 'loader',
        password: 'pass word/+§',
        database: 'warehouse',
        application: 'pipewright',
        token: undefined,
        encrypted: protocol,
      },
    ]);
  });

  it('is refused when the certificate is not trusted or the server does not encrypt, with a hint', async () => {
    const failure = await failureOf(openTarget(server.address({ encrypt: 'verify' }).replace(/&ca=.*/, '')));
    expect(failure).toMatchObject({
      code: 'unavailable',
      retryable: false,
      hint: hinting('Encrypt Only'),
    });
    expect(server.logins).toEqual([]);
    await withServer({ encryption: 'none' }, async (other) =>
      expect(await failureOf(openTarget(other.address()))).toMatchObject({
        code: 'unavailable',
        hint: hinting('Encryption'),
      }),
    );
    await withServer({ encryption: 'required' }, async (other) =>
      expect(await failureOf(openTarget(other.address({ encrypt: 'off' })))).toMatchObject({
        code: 'unavailable',
        hint: hinting('Encryption'),
      }),
    );
  });

  it('verifies the certificate in strict encryption, and requires TDS 8.0', async () => {
    const failure = await failureOf(openTarget(server.address({ encrypt: 'strict' }).replace(/&ca=.*/, '')));
    expect(failure).toMatchObject({
      code: 'unavailable',
      retryable: false,
      hint: hinting('certificate'),
    });
    expect(server.logins).toEqual([]);
    const opened = await openDatabase(
      {
        ...connection,
        ssl: 'strict',
        host: 'localhost',
        port: server.port,
        database: server.database,
        user: server.user,
        password: server.password,
      },
      fakeHost(),
    ).catch((error: unknown) => error);
    expect(opened).toMatchObject({ code: 'unavailable', hint: hinting('certificate') });
  });

  it('fails with a wrong password, at once and without showing it', async () => {
    const failure = await failureOf(ask({ user: 'loader', password: 'secret-word' }));
    expect(failure).toMatchObject({
      code: 'unauthorized',
      retryable: false,
      message: expect.stringContaining('error 18456'),
    });
    expect(JSON.stringify({ ...failure, message: failure.message, stack: failure.stack })).not.toContain('secret-word');
    expect(server.logins).toHaveLength(1);
  });

  it('uses user and password, or a token of Microsoft Entra', async () => {
    expect(await ask({ user: server.user, password: server.password })).toBe('warehouse (loader)');
    const host = fakeHost().on('POST', 'https://login.microsoftonline.com/my-tenant/oauth2/v2.0/token', {
      json: { access_token: server.token, expires_in: 3600 },
    });
    const application = {
      login: 'entra',
      tenantId: 'my-tenant',
      clientId: 'my-app',
      clientSecret: 'app-secret',
    } as const;
    expect(await ask(application, host)).toBe('warehouse (application)');
    expect(Object.fromEntries(new URLSearchParams(host.requests[0]?.body))).toMatchObject({
      grant_type: 'client_credentials',
      client_id: 'my-app',
      client_secret: 'app-secret',
      scope: 'https://database.windows.net/.default',
    });
    expect(server.logins.at(-1)).toMatchObject({ user: '', password: '', token: server.token, encrypted: 'TLSv1.2' });
    const { key, certificate } = makeCertificate({ kind: 'rsa' });
    const certified = fakeHost().on('POST', /oauth2/, { json: { access_token: server.token, expires_in: 3600 } });
    expect(await ask({ ...application, login: 'certificate', certificate: key + certificate }, certified)).toBe(
      'warehouse (application)',
    );
    expect(certified.requests[0]?.body).toMatch(/&client_assertion=eyJ/);
    const refusing = fakeHost().on('POST', /oauth2/, { json: { access_token: 'another-token', expires_in: 3600 } });
    const failure = await failureOf(ask(application, refusing));
    expect(failure).toMatchObject({ code: 'unauthorized', hint: hinting('Microsoft Entra') });
    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain('another-token');
  });

  it.each([
    ['host', 'Host'],
    ['database', 'Database Name'],
    ['user', 'User'],
  ] as const)('reports that %s is missing', async (name, label) => {
    expect(await failureOf(ask({ user: 'x', [name]: undefined }))).toMatchObject({
      code: 'not-connected',
      message: `“${label}” is missing.`,
    });
  });

  it('is retried with growing pauses while the server is starting', async () => {
    const starting = new Fault(40613, "Database 'warehouse' is not currently available.", 14);
    const host = fakeHost();
    server.fail({ at: 'login', fault: starting, times: 2 });
    expect(await ask({ user: server.user, password: server.password }, host)).toBe('warehouse (loader)');
    server.fail({ at: 'login', times: 1 });
    await ask({ user: server.user, password: server.password }, host);
    expect(host.sleeps).toEqual([1_000, 2_000, 1_000]);
    server.fail({ at: 'login', fault: starting, times: 99 });
    const short = fakeHost({ maxWaitSeconds: 25 });
    expect(await failureOf(ask({ user: server.user, password: server.password }, short))).toMatchObject({
      code: 'unavailable',
      retryable: true,
      message: expect.stringContaining('error 40613'),
    });
    expect(short.sleeps).toEqual([1_000, 2_000, 4_000]);
  });

  it('names a database that does not exist', async () => {
    const host = fakeHost();
    expect(
      await failureOf(ask({ user: server.user, password: server.password, database: 'other' }, host)),
    ).toMatchObject({ code: 'not-found', hint: hinting('database name') });
    expect(host.sleeps).toEqual([1_000, 2_000]);
  });

  it.each(['sqlserver:x', 'sqlserver://host', 'sqlserver://host/db?encrypt=maybe'])(
    'is refused for the address %s',
    async (address) => {
      expect(await failureOf(openTarget(address))).toMatchObject({
        code: 'invalid-input',
        hint: hinting('sqlserver://'),
      });
    },
  );
});
