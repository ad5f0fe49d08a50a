import { describeError, type PipewrightError } from '../../../../shared/src/host/error.ts';
import { restJob } from '../../../../shared/src/services/rest-job/service.ts';
import { fakeHost, type Answer, type FakeHost, type SentRequest } from '../../fake-host.ts';
import { context, operate } from '../../operate.ts';

const base = 'https://airflow.example.com';
const login = { baseUrl: base, authentication: 'login', user: 'ada', password: 'very-secret-password' };
const application = {
  baseUrl: 'https://api.airbyte.com/v1',
  authentication: 'application',
  clientId: 'app-1',
  clientSecret: 'very-secret-secret',
};
const run = (host: FakeHost, values: Record<string, unknown> = login, more: Record<string, unknown> = {}) =>
  operate(restJob, 'runJob', { tool: 'airflow', job: 'daily', startKey: 'event-1', ...more }, host, values);
const test = (host: FakeHost, values: Record<string, unknown> = login) =>
  restJob.connection.test(context(restJob, host, values));

/** A token in JWT format, as Airflow issues it. @param exp seconds since 1970 */
const jwt = (exp: number, id: number): string =>
  ['{"alg":"HS512"}', JSON.stringify({ exp, id }), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

/** Airflow, whose tokens are valid for some seconds; a DAG run takes an hour. */
function airflow(host: FakeHost, tokenSeconds: number, isRevoked: (id: number) => boolean = () => false): FakeHost {
  const issued: { token: string; until: number; id: number }[] = [];
  let startedAt = 0;
  const admit = (sent: SentRequest, answer: () => Answer): Answer => {
    const found = issued.find(({ token }) => sent.headers['authorization'] === `Bearer ${token}`);
    const isValid = found && found.until > host.now() && !isRevoked(found.id);
    return isValid ? answer() : { status: 401, json: { detail: 'Token Expired' } };
  };
  const dagRun = (id: string): Answer =>
    startedAt === 0
      ? { status: 404, json: { detail: 'The DagRun was not found' } }
      : { json: { dag_run_id: id, state: host.now() - startedAt < 3_600_000 ? 'running' : 'success' } };
  return host
    .on('POST', `${base}/auth/token`, ({ json }) => {
      if ((json as { password?: string }).password !== login.password)
        return { status: 401, json: { detail: 'Invalid credentials' } };
      const until = host.now() + tokenSeconds * 1000;
      const token = jwt(until / 1000, issued.length);
      issued.push({ token, until, id: issued.length });
      return { status: 201, json: { access_token: token } };
    })
    .on('POST', /dagRuns$/, (sent) =>
      admit(sent, () => {
        startedAt = host.now();
        return { json: {} };
      }),
    )
    .on('GET', /dagRuns\//, (sent) => admit(sent, () => dagRun(sent.address.split('/').at(-1) ?? '')));
}

describe('A login that is exchanged for a token', () => {
  it('is renewed before the token expires, so that the wait for a run of an hour outlives a token of ten minutes', async () => {
    const host = airflow(fakeHost(), 600);
    expect(await run(host)).toMatchObject({ succeeded: true });
    const logins = host.sent('POST', '/auth/token');
    expect(logins.length).toBeGreaterThan(5);
    expect(logins.length).toBeLessThan(9);
    expect(logins[0]?.json).toEqual({ username: 'ada', password: 'very-secret-password' });
  });

  it('is renewed once a token is rejected before it expires', async () => {
    const host = airflow(fakeHost(), 86_400, (id) => id === 0 && host.requests.length > 10);
    expect(await run(host)).toMatchObject({ succeeded: true });
    expect(host.sent('POST', '/auth/token')).toHaveLength(2);
    expect(host.sent('POST', '/dagRuns')).toHaveLength(1);
  });

  it('sends the ID and the secret of an application as Airbyte documents it', async () => {
    const host = fakeHost()
      .on('POST', `${application.baseUrl}/applications/token`, { json: { access_token: 't-1', expires_in: 900 } })
      .on('GET', `${application.baseUrl}/jobs/7`, { json: { jobId: 7, status: 'succeeded' } });
    const read = () => operate(restJob, 'getJobRun', { tool: 'airbyte', run: '7' }, host, application);
    expect(await read()).toMatchObject({ succeeded: true });
    await read();
    expect(host.sent('POST', '/token').map(({ json }) => json)).toEqual([
      { client_id: 'app-1', client_secret: 'very-secret-secret', 'grant-type': 'client_credentials' },
    ]);
    expect(host.sent('GET', '/jobs/7')[0]?.headers['authorization']).toBe('Bearer t-1');
  });

  it('sends client credentials as the form of OAuth 2.0 to the Token URL, and nothing else of the API there', async () => {
    const values = {
      ...application,
      authentication: 'clientCredentials',
      baseUrl: base,
      loginUrl: 'https://login.example.com/oauth2/token',
      scope: 'jobs:run',
      answerField: 'data.token',
    };
    const host = fakeHost()
      .on('POST', 'https://login.example.com/oauth2/token', { json: { data: { token: 't-2' } } })
      .on('GET', `${base}/`, { status: 404 });
    expect(await test(host, values)).toBe('airflow.example.com');
    expect(host.requests.map(({ method, address, body }) => [method, address, body])).toEqual([
      [
        'POST',
        'https://login.example.com/oauth2/token',
        'client_id=app-1&client_secret=very-secret-secret&grant_type=client_credentials&scope=jobs%3Arun',
      ],
      ['GET', `${base}/`, ''],
    ]);
  });

  it.each<[string, Record<string, unknown>, Answer, object]>([
    [
      'wrong',
      { password: 'other' },
      { status: 401, json: { detail: 'Invalid credentials' } },
      { code: 'unauthorized' },
    ],
    [
      'sent to a wrong path',
      { loginUrl: '/login' },
      { status: 404, json: { detail: 'Not Found' } },
      { code: 'not-found' },
    ],
    ['answered by a web page', {}, { text: '<html>Sign in</html>' }, { code: 'unexpected-response' }],
    ['answered without a token', {}, { status: 201, json: { token: 'x' } }, { code: 'unexpected-response' }],
    [
      'redirected',
      {},
      { status: 307, headers: { location: 'https://evil.example.com/' } },
      { code: 'unexpected-response' },
    ],
  ])('fails the connection test if the login is %s', async (_what, values, answer, expected) => {
    const host = fakeHost().on('POST', /./, answer).on('GET', /./, {});
    const error = await test(host, { ...login, ...values }).catch((caught: PipewrightError) => caught);
    expect(error).toMatchObject(expected);
    expect(host.sent('GET', '/')).toHaveLength(0);
    expect(host.requests.every(({ url }) => url.startsWith(base))).toBe(true);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ ...login, user: '' }, 'User Name'],
    [{ ...application, clientId: '' }, 'Client ID'],
    [{ ...application, clientSecret: '' }, 'Client Secret'],
    [{ ...application, authentication: 'clientCredentials' }, 'Token URL'],
    [{ ...login, loginUrl: '/../elsewhere' }, 'Token URL'],
    [{ ...login, loginUrl: '//evil.example.com/token' }, 'Token URL'],
    [{ ...login, loginUrl: 'http://login.example.com/token' }, 'Token URL'],
    [{ ...login, loginUrl: 'auth/token' }, 'Token URL'],
    [{ ...login, loginUrl: 'login.example.com/token' }, 'Token URL'],
    [{ ...login, loginUrl: 'https://login.example.com/token#part' }, 'Token URL'],
    [{ ...login, loginUrl: 'https://ada@login.example.com/token' }, 'Token URL'],
  ])('sends nothing if the connection %j lacks a valid value', async (values, label) => {
    const host = fakeHost();
    await expect(test(host, values)).rejects.toMatchObject({ message: expect.stringContaining(label) });
    expect(host.requests).toEqual([]);
  });

  it.each([
    ['https://login.example.com/api/token/', 'https://login.example.com/api/token/'],
    ['https://login.example.com/token?tenant=contoso&v=2', 'https://login.example.com/token?tenant=contoso&v=2'],
    ['/api/token/', `${base}/api/token/`],
  ])('is sent to the Token URL %s exactly as it was entered', async (loginUrl, url) => {
    const host = fakeHost()
      .on('POST', /./, { json: { access_token: 't-1' } })
      .on('GET', /./, {});
    await test(host, { ...login, loginUrl });
    expect(host.requests[0]).toMatchObject({ method: 'POST', url });
  });

  it('returns another token if the connection reads it from another field', async () => {
    const host = fakeHost()
      .on('POST', /token$/, { json: { access_token: 'first-token', id_token: 'second-token' } })
      .on('GET', /./, { json: { dag_run_id: 'r', state: 'success' } });
    for (const answerField of ['access_token', 'id_token'])
      await operate(restJob, 'getJobRun', { tool: 'airflow', job: 'daily', run: 'r' }, host, { ...login, answerField });
    expect(host.sent('GET', '/dagRuns').map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer first-token',
      'Bearer second-token',
    ]);
  });

  it('never shows the password or a token, also if the tool repeats them', async () => {
    let token = '';
    const host = fakeHost()
      .on('GET', /dagRuns/, { status: 404 })
      .on('POST', `${base}/auth/token`, () => {
        token = jwt(9_999_999_999, 1);
        return { status: 201, json: { access_token: token } };
      })
      .on('POST', /dagRuns$/, (sent) => ({
        status: 400,
        json: { detail: `bad request of ada:very-secret-password with ${sent.headers['authorization']}` },
      }));
    const error = await run(host).catch((caught: PipewrightError) => caught);
    const shown = `${describeError(error as PipewrightError, 'n8n')} ${JSON.stringify(error)} ${host.logged.join(' ')}`;
    expect(shown).toContain('bad request of ada:***');
    expect(shown).not.toContain('very-secret-password');
    expect(shown).not.toContain(token);
  });
});
