import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { callCli, type CliResult } from './call-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-variables-'));
const own = makeCertificate({ kind: 'rsa' });
const certificatePath = join(folder, 'app.pem');
const tokenPath = join(folder, 'token');
const connectionPath = join(folder, 'connection.json');
writeFileSync(certificatePath, own.key + own.certificate);
writeFileSync(tokenPath, 'token-of-the-cluster\n');

const names = Object.keys(process.env).filter((name) => /^(AZURE|IDENTITY)_/.test(name));
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
const clear = (): void => {
  for (const name of Object.keys(process.env)) if (/^(AZURE|IDENTITY)_/.test(name)) delete process.env[name];
};
beforeEach(clear);
afterEach(() => nock.cleanAll());
afterAll(() => {
  clear();
  Object.assign(process.env, before);
  nock.enableNetConnect();
  nock.restore();
  rmSync(folder, { recursive: true });
});

const ids = { AZURE_TENANT_ID: 'tenant-1', AZURE_CLIENT_ID: 'client-1', AZURE_SUBSCRIPTION_ID: 'sub-1' };

/** Finds data factories with these variables and this connection file; returns what was sent to log in. */
async function find(
  variables: Record<string, string>,
  connection: object | undefined,
  authority = 'https://login.microsoftonline.com',
): Promise<{ form: Record<string, string>; result: CliResult }> {
  Object.assign(process.env, variables);
  nock.disableNetConnect();
  const forms: Record<string, string>[] = [];
  nock(authority)
    .post(/\/oauth2\/v2\.0\/token$/, (body: Record<string, string>) => forms.push(body) > 0)
    .reply(200, { access_token: 'token-of-the-double', expires_in: 3599 });
  nock(/https:\/\/management\./)
    .get(/.*/)
    .query(true)
    .reply(200, { runId: '1', pipelineName: 'Load', status: 'Succeeded' });
  nock(/https:\/\/management\./)
    .post(/.*/)
    .query(true)
    .reply(200, { value: [] });
  if (connection) writeFileSync(connectionPath, JSON.stringify(connection));
  const result = await callCli(
    ...['run', 'dataFactory.getPipelineRun', '--input', '{"factory":"rg/contoso","run":"1"}'],
    ...(connection ? ['--connection', connectionPath] : []),
  );
  return { form: forms[0] ?? {}, result };
}

describe('pipewright run reads the environment variables of Azure', () => {
  it('for a client secret, without a connection file', async () => {
    const { form, result } = await find({ ...ids, AZURE_CLIENT_SECRET: 'secret-of-the-variable' }, undefined);
    expect(result).toMatchObject({ code: 0 });
    expect(form).toMatchObject({ client_id: 'client-1', client_secret: 'secret-of-the-variable' });
  });

  it('for a certificate', async () => {
    const { form, result } = await find({ ...ids, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath }, {});
    expect(result).toMatchObject({ code: 0 });
    expect(form).toMatchObject({ client_id: 'client-1', client_assertion: expect.stringMatching(/^eyJ/) });
  });

  it('for a federated token, in a file', async () => {
    const { form, result } = await find({ ...ids, AZURE_FEDERATED_TOKEN_FILE: tokenPath }, {});
    expect(result).toMatchObject({ code: 0 });
    expect(form).toMatchObject({ client_assertion: 'token-of-the-cluster' });
  });

  it('for another cloud', async () => {
    const host = 'https://login.microsoftonline.us';
    const variables = { ...ids, AZURE_CLIENT_SECRET: 's3cret-1', AZURE_AUTHORITY_HOST: `${host}/` };
    const { form, result } = await find(variables, undefined, host);
    expect(result).toMatchObject({ code: 0 });
    expect(form).toMatchObject({ scope: 'https://management.usgovcloudapi.net/.default' });
  });

  it('in the order of Azure’s own tools: a client secret, a certificate, a federated token', async () => {
    const all = {
      ...ids,
      AZURE_CLIENT_SECRET: 'secret-of-the-variable',
      AZURE_CLIENT_CERTIFICATE_PATH: certificatePath,
      AZURE_FEDERATED_TOKEN_FILE: tokenPath,
    };
    expect((await find(all, {})).form).toMatchObject({ client_secret: 'secret-of-the-variable' });
    delete process.env['AZURE_CLIENT_SECRET'];
    const { AZURE_CLIENT_SECRET: _secret, ...rest } = all;
    expect((await find(rest, {})).form['client_assertion']).toMatch(/^eyJ/);
  });

  it('only for what the connection file does not say', async () => {
    const variables = { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath, AZURE_FEDERATED_TOKEN_FILE: tokenPath };
    const given = {
      tenantId: 'tenant-2',
      clientId: 'client-2',
      clientSecret: 'secret-of-the-file',
      subscriptionId: 's',
    };
    expect((await find(variables, given)).form).toMatchObject({
      client_id: 'client-2',
      client_secret: 'secret-of-the-file',
    });
    expect((await find(variables, { authentication: 'federated' })).form).toMatchObject({
      client_id: 'client-1',
      client_assertion: 'token-of-the-cluster',
    });
  });

  it('and masks their secrets', async () => {
    Object.assign(process.env, { ...ids, AZURE_CLIENT_SECRET: 'secret-of-the-variable' });
    nock('https://login.microsoftonline.com')
      .post(/token$/)
      .reply(401, { error: 'invalid_client', error_description: 'AADSTS7000215: secret-of-the-variable is wrong.' });
    const { code, err } = await callCli('run', 'dataFactory.getPipelineRun', '--input', '{"factory":"a/b","run":"1"}');
    expect(code).toBe(1);
    expect(err).toContain('AADSTS7000215: *** is wrong.');
  });

  it('and names a certificate file that does not exist', async () => {
    const path = join(folder, 'missing.pem');
    const { result } = await find({ ...ids, AZURE_CLIENT_CERTIFICATE_PATH: path }, {});
    expect(result).toMatchObject({ code: 1, err: expect.stringContaining(`The file ${path} does not exist.`) });
  });
});
