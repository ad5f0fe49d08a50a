import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { callCli } from '../../unit/cli/call-cli.ts';
import { useSqlServer } from './use-sql-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-load-'));
const from = join(folder, 'claims.csv');
writeFileSync(from, 'id,name\n1,Ada\n');
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'token-of-the-cluster');
const ids = { AZURE_TENANT_ID: 'tenant-1', AZURE_CLIENT_ID: 'client-1' };
const secret = { ...ids, AZURE_CLIENT_SECRET: 'secret-of-the-variable' };

const before = { ...process.env };
const clear = (): void => {
  for (const name of Object.keys(process.env)) if (/^(AZURE|IDENTITY)_/.test(name)) delete process.env[name];
};
beforeEach(() => {
  clear();
  nock.disableNetConnect();
});
afterEach(() => nock.cleanAll());
afterAll(() => {
  clear();
  Object.assign(process.env, before);
  nock.enableNetConnect();
  nock.restore();
  rmSync(folder, { recursive: true });
});

describe('pipewright load into SQL Server, with an address without a user', () => {
  const tests = useSqlServer();
  const load = async (variables: Record<string, string>, query = 'encrypt=encrypt') => {
    Object.assign(process.env, variables);
    const { host, pathname } = new URL(tests.server.address({ encrypt: 'encrypt' }));
    return callCli('load', '--from', from, '--to', `sqlserver://${host}${pathname}?${query}`, '--table', tests.table);
  };
  const entra = (answer: object, status = 200) => {
    const forms: Record<string, string>[] = [];
    nock('https://login.microsoftonline.com')
      .post('/tenant-1/oauth2/v2.0/token', (form: Record<string, string>) => forms.push(form) > 0)
      .reply(status, answer);
    return forms;
  };

  it('logs in with the application in the variables of Azure', async () => {
    const forms = entra({ access_token: tests.server.token, expires_in: 3599 });
    expect(await load(secret)).toMatchObject({ code: 0 });
    expect(tests.values()).toEqual([[1, 'Ada']]);
    expect(forms).toMatchObject([
      {
        client_id: 'client-1',
        client_secret: 'secret-of-the-variable',
        scope: 'https://database.windows.net/.default',
      },
    ]);
    expect(tests.server.logins.at(-1)).toMatchObject({ user: '', password: '', token: tests.server.token });
  });

  it('masks the secret if Microsoft Entra repeats it', async () => {
    entra({ error: 'invalid_client', error_description: 'AADSTS7000215: secret-of-the-variable is wrong.' }, 401);
    const { code, err } = await load(secret);
    expect(code).toBe(1);
    expect(err).toContain('AADSTS7000215: *** is wrong.');
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['no variables are set', {}, 'encrypt=encrypt', 'has no user, and no variables of an application'],
    ['the login is not known', secret, 'login=kerberos', 'The login “kerberos” is not known'],
    ['a certificate of the server is given', secret, 'ca=/tmp/ca.pem', 'does not support the parameter ca'],
    ['the machine logs in elsewhere than in Azure', {}, 'login=managed-identity', 'only sent to databases of Azure'],
    [
      'the token of the machine is for elsewhere than Azure',
      { ...ids, AZURE_FEDERATED_TOKEN_FILE: tokenFile },
      'encrypt=encrypt',
      'only sent to databases of Azure',
    ],
  ])('sends nothing if %s', async (_why, variables, query, message) => {
    const { code, err } = await load(variables, query);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});
