import { azureConnection } from '../../../shared/src/services/azure/connection.ts';
import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../../shared/src/services/azure/synapse/service.ts';
import { openHandle, sealHandle } from '../../../shared/src/services/azure/webhook-activity/handle.ts';
import { fabric } from '../../../shared/src/services/fabric/service.ts';
import { powerBi } from '../../../shared/src/services/power-bi/service.ts';
import { databricks } from '../../../shared/src/services/databricks/service.ts';
import { openDatabase } from '../../../shared/src/tables/sql-table/open-database.ts';
import { sqlConnection } from '../../../shared/src/tables/sql-table/connection.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import { services } from '../../../shared/src/catalog.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const own = makeCertificate({ kind: 'rsa' });
const imds = 'http://169.254.169.254/metadata/identity/oauth2/token';
const application = { tenantId: 'tenant-1', clientId: 'client-1' };
const certificate = { ...application, certificate: own.key + own.certificate };

/** A host whose logins return a token for the requested scope or resource. */
const connected = (): FakeHost =>
  fakeHost({ machine: {} })
    .on('POST', /\/oauth2\/v2\.0\/token$/, ({ body }) => ({
      json: { access_token: `token for ${new URLSearchParams(body).get('scope')}`, expires_in: 3599 },
    }))
    .on('GET', imds, ({ query }) => ({ json: { access_token: `token for ${query['resource']}`, expires_in: '3599' } }));

const bearerOf = (host: FakeHost, part: string): string | undefined =>
  host.sent('GET', part)[0]?.headers['authorization'];

describe('The Azure connection', () => {
  const azure = { subscriptionId: 'sub-1' };
  const runOf = (service: typeof dataFactory, home: object, host: FakeHost, connection: object) =>
    operate(service, 'getPipelineRun', { ...home, run: 'run-1', includeActivities: false }, host, {
      ...azure,
      ...connection,
    });
  const run = { json: { runId: 'run-1', pipelineName: 'Load', status: 'Succeeded' } };
  const withRuns = (): FakeHost =>
    connected()
      .on('GET', /pipelineruns\/run-1$/, run)
      .on('POST', /queryActivityruns$/i, { json: { value: [] } });

  it.each([
    ['a certificate', { authentication: 'certificate', ...certificate }, '/.default'],
    ['a federated token', { authentication: 'federated', ...application, federatedToken: 'provided' }, '/.default'],
    ['a managed identity', { authentication: 'managed-identity' }, ''],
  ])('logs in to Data Factory and Synapse with %s', async (_what, connection, suffix) => {
    const host = withRuns();
    await runOf(dataFactory, { factory: 'rg/contoso' }, host, connection);
    expect(bearerOf(host, 'pipelineruns/run-1')).toBe(`Bearer token for https://management.azure.com${suffix}`);
    const synapseHost = withRuns();
    await runOf(synapse, { workspace: 'rg/contoso' }, synapseHost, connection);
    expect(bearerOf(synapseHost, 'pipelineruns/run-1')).toBe(`Bearer token for https://dev.azuresynapse.net${suffix}`);
  });

  it('sends the token of a managed identity to no custom cloud', async () => {
    const host = connected();
    const custom = {
      ...azure,
      authentication: 'managed-identity',
      cloud: 'custom',
      authorityUrl: 'https://login.attacker.example',
      managementUrl: 'https://attacker.example',
      synapseUrl: 'https://{workspace}.attacker.example',
    };
    const work = operate(synapse, 'getPipelineRun', { workspace: 'rg/contoso', run: 'run-1' }, host, custom);
    await expect(work).rejects.toMatchObject({
      code: 'not-connected',
      hint: { n8n: expect.stringContaining('another Cloud') },
    });
    expect(host.requests).toEqual([]);
  });

  describe('protects the Callback ID of a WebHook activity', () => {
    const url = 'https://p.azure.com/callback?token=secret';
    const handled = (sealed: object, opened: object): string =>
      openHandle(
        sealHandle(url, azureConnection.check({ ...azure, ...sealed })),
        azureConnection.check({ ...azure, ...opened }),
      );
    const secret = { ...application, clientSecret: 'secret-1' };
    const byCertificate = { authentication: 'certificate', ...certificate };
    const byMachine = { authentication: 'managed-identity', webhookSecret: 'webhook-secret-1' };

    it.each([
      ['the client secret', secret, { ...secret, clientSecret: 'secret-2' }],
      ['the certificate', byCertificate, { ...byCertificate, certificate: own.certificate }],
      ['the webhook secret of a login without secret', byMachine, { ...byMachine, webhookSecret: 'webhook-secret-2' }],
      ['what is selected, not what was left in the form', { ...byCertificate, clientSecret: 'secret-1' }, secret],
    ])('with %s', (_what, connection, another) => {
      expect(handled(connection, connection)).toBe(url);
      expect(() => handled(connection, another)).toThrow('“Callback ID” cannot be decrypted.');
    });

    it('and asks for a webhook secret if there is no other', () => {
      const connection = azureConnection.check({ ...azure, authentication: 'managed-identity' });
      expect(() => sealHandle(url, connection)).toThrow('no secret that protects the Callback ID');
      expect(() => openHandle('abc', connection)).toThrow('no secret that protects the Callback ID');
    });
  });
});

describe.each([
  ['Power BI', powerBi, 'https://analysis.windows.net/powerbi/api'],
  ['Fabric', fabric, 'https://api.fabric.microsoft.com'],
] as const)('The %s connection', (_name, service, scope) => {
  const test = (host: FakeHost, connection: Record<string, unknown>) =>
    service.connection.test({ host, connection: service.connection.check(connection), connectionOf: async () => ({}) });
  const withNothing = (): FakeHost => connected().on('GET', /\/(groups|workspaces)$/, { json: { value: [] } });

  it.each([
    ['a certificate', { authentication: 'certificate', ...certificate }, '/.default'],
    ['a federated token', { authentication: 'federated', ...application, federatedToken: 'provided' }, '/.default'],
    ['a managed identity', { authentication: 'managed-identity' }, ''],
  ])('logs in with %s', async (_what, connection, suffix) => {
    const host = withNothing();
    await expect(test(host, connection)).rejects.toMatchObject({ code: 'forbidden' });
    expect(host.requests.at(-1)?.headers['authorization']).toBe(`Bearer token for ${scope}${suffix}`);
  });

  it('sends the token of a managed identity to no other Base URL', async () => {
    const host = connected();
    const work = test(host, { authentication: 'managed-identity', address: 'https://attacker.example' });
    await expect(work).rejects.toMatchObject({
      code: 'not-connected',
      message: expect.stringContaining('no other Base URL'),
    });
    expect(host.requests).toEqual([]);
  });
});

describe('The Databricks connection', () => {
  const workspaceUrl = 'https://adb-1.7.azuredatabricks.net';
  const run = (host: FakeHost, connection: object) =>
    operate(databricks, 'getRun', { run: '1' }, host, { workspaceUrl, ...connection });
  const withRun = (): FakeHost =>
    connected().on('GET', /runs\/get$/, {
      json: { run_id: 1, state: { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' } },
    });
  const scope = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d';

  it.each([
    ['a certificate', { authentication: 'certificate', ...certificate }, '/.default'],
    ['a federated token', { authentication: 'federated', ...application, federatedToken: 'provided' }, '/.default'],
    ['a managed identity', { authentication: 'managed-identity' }, ''],
  ])('logs in with %s', async (_what, connection, suffix) => {
    const host = withRun();
    await run(host, connection);
    expect(bearerOf(host, 'runs/get')).toBe(`Bearer token for ${scope}${suffix}`);
  });

  it.each([
    'https://dbc-1.cloud.databricks.com',
    'https://azuredatabricks.net.attacker.example',
    'http://127.0.0.1:5678',
  ])('sends the token of a managed identity not to %s', async (other) => {
    const host = connected();
    await expect(run(host, { authentication: 'managed-identity', workspaceUrl: other })).rejects.toMatchObject({
      code: 'not-connected',
      message: expect.stringContaining('only sent to Azure Databricks'),
    });
    expect(host.requests).toEqual([]);
  });
});

describe('The SQL connection', () => {
  const open = (host: FakeHost, values: object) =>
    openDatabase(sqlConnection.check({ engine: 'sqlserver', database: 'claims', ...values }), host);

  it.each([
    ['a managed identity', { login: 'managed-identity' }],
    ['a token file of the machine', { login: 'federated', ...application }],
  ])('sends the token of %s only to the databases of Azure', async (_what, login) => {
    const host = connected();
    for (const other of ['sql.attacker.example', 'database.windows.net.attacker.example', '127.0.0.1'])
      await expect(open(host, { ...login, host: other })).rejects.toMatchObject({
        code: 'not-connected',
        message: expect.stringContaining('only sent to databases of Azure'),
      });
    expect(host.requests).toEqual([]);
  });
});

it('Every service of Microsoft Entra offers the same methods, and Zapier none that needs a machine or a token of another provider', () => {
  const fields = services.flatMap(({ connection }) =>
    Object.values(connection.fields).filter((field) =>
      describeField(field).options?.some(({ value }) => value === 'managed-identity'),
    ),
  );
  expect(new Set(fields).size).toBe(3);
  for (const field of fields) {
    const options = describeField(field).options ?? [];
    expect(options.slice(-3).map(({ value, notOn }) => [value, notOn?.zapier !== undefined])).toEqual([
      ['certificate', false],
      ['federated', true],
      ['managed-identity', true],
    ]);
  }
});
