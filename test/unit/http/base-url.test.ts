import { baseUrl, completeUrl } from '../../../shared/src/http/base-url.ts';
import { workspaceAddress } from '../../../shared/src/services/databricks/api.ts';
import type { DatabricksConnection } from '../../../shared/src/services/databricks/connection-fields.ts';
import { accessUrl } from '../../../shared/src/services/dbt/api.ts';
import type { DbtConnection } from '../../../shared/src/services/dbt/connection-fields.ts';
import { apiAddress as fabricAddress } from '../../../shared/src/services/fabric/api.ts';
import type { FabricConnection } from '../../../shared/src/services/fabric/connection-fields.ts';
import { jobRunFinished } from '../../../shared/src/services/fabric/job-run-finished.ts';
import { workspaceUrl } from '../../../shared/src/services/mode/api.ts';
import type { ModeConnection } from '../../../shared/src/services/mode/connection-fields.ts';
import { apiAddress as powerBiAddress } from '../../../shared/src/services/power-bi/api.ts';
import type { PowerBiConnection } from '../../../shared/src/services/power-bi/connection-fields.ts';
import { refreshFinished } from '../../../shared/src/services/power-bi/refresh-finished.ts';
import { quantemplate } from '../../../shared/src/services/quantemplate/service.ts';
import { restJob } from '../../../shared/src/services/rest-job/service.ts';
import type { TableauConnection } from '../../../shared/src/services/tableau/connection-fields.ts';
import { serverUrl } from '../../../shared/src/services/tableau/session.ts';
import { operate } from '../operate.ts';
import { fakeHost } from '../fake-host.ts';

describe('baseUrl', () => {
  it.each([
    ['https://api.example.com/v1//', 'https://api.example.com/v1'],
    ['api.example.com', 'https://api.example.com'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ])('reads %s', (entered, url) => {
    expect(baseUrl(entered, 'Base URL')).toBe(url);
  });

  it.each([
    'https://api.example.com/v1?tenant=5',
    'https://api.example.com/#/v1',
    'http://api.example.com',
    'https://ada@api.example.com',
    'https://',
  ])('refuses %s instead of leaving a part out', (entered) => {
    expect(() => baseUrl(entered, 'Base URL')).toThrow('“Base URL”');
  });
});

describe('The URL of a page, copied from a browser,', () => {
  it.each([
    ['https://adb-123.11.azuredatabricks.net/?o=123#job/1', 'https://adb-123.11.azuredatabricks.net'],
    [
      'https://adb-123.11.azuredatabricks.net/dashboardsv3/01ef/published?o=123',
      'https://adb-123.11.azuredatabricks.net',
    ],
    ['dbc-1a2b.cloud.databricks.com/login.html', 'https://dbc-1a2b.cloud.databricks.com'],
    ['https://123.4.gcp.databricks.com/pipelines/1', 'https://123.4.gcp.databricks.com'],
    ['https://adb-1.2.databricks.azure.us/one?o=1', 'https://adb-1.2.databricks.azure.us'],
    ['https://gateway.example.com/databricks/jobs/1?o=1', 'https://gateway.example.com/databricks'],
  ])('leads to the workspace of Databricks: %s', (workspaceUrl, base) => {
    expect(workspaceAddress({ workspaceUrl } as DatabricksConnection)).toBe(base);
  });

  it.each([
    ['https://cloud.getdbt.com/#/accounts/1', 'https://cloud.getdbt.com'],
    ['https://cloud.getdbt.com/next/deploy/1/projects/2/runs/3', 'https://cloud.getdbt.com'],
    ['https://ab123.us1.dbt.com/catalog/1/prj', 'https://ab123.us1.dbt.com'],
    ['https://gateway.example.com/dbt/deploy/1', 'https://gateway.example.com/dbt'],
  ])('leads to the account of dbt: %s', (url, base) => {
    expect(accessUrl({ accessUrl: url } as DbtConnection)).toBe(base);
  });

  it.each([
    ['https://10ax.online.tableau.com/#/site/contoso/home?:iid=1', 'https://10ax.online.tableau.com'],
    ['https://10ax.online.tableau.com/t/contoso/views/Claims/Overview?:iid=1', 'https://10ax.online.tableau.com'],
    ['https://tableau.example.com/#/home', 'https://tableau.example.com'],
  ])('leads to the server of Tableau: %s', (address, base) => {
    expect(serverUrl({ address } as TableauConnection)).toBe(base);
  });

  it('leads to the workspace of Mode', () => {
    const connection = { address: 'https://app.mode.com/contoso/reports/4e0a?x=1', workspace: 'contoso' };
    expect(workspaceUrl(connection as ModeConnection)).toBe('https://app.mode.com/contoso');
  });

  const apis = {
    'Power BI': { of: powerBiAddress, trigger: refreshFinished, address: 'https://api.powerbi.com' },
    Fabric: { of: fabricAddress, trigger: jobRunFinished, address: 'https://api.fabric.microsoft.com' },
  };
  const pages = [
    ['Power BI', 'https://app.powerbi.com/groups/me/list?experience=power-bi'],
    ['Power BI', 'https://app.powerbi.com/groups/me/list'],
    ['Power BI', 'https://app.high.powerbigov.us/home'],
    ['Fabric', 'https://app.fabric.microsoft.com/groups/me#part'],
    ['Fabric', 'https://app.powerbi.com/groups/me/list?experience=fabric-developer'],
  ] as const;

  it.each(pages)('is refused with the URL of the API, where that is another one: %s, %s', (name, entered) => {
    const { of, trigger, address } = apis[name];
    const refused = expect.objectContaining({
      code: 'invalid-input',
      message: '“Base URL” is the URL of a page, not of the API.',
      hint: expect.stringContaining(address),
    });
    const connection = { address: entered };
    expect(() => of(connection as FabricConnection & PowerBiConnection)).toThrow(refused);
    // A trigger names the account before it polls.
    expect(() => trigger.list({ workspace: 'w', model: 'm', item: 'i', outcome: 'any' }, connection)).toThrow(refused);
  });

  it.each([
    ['Power BI', 'https://api.powerbigov.us/', 'https://api.powerbigov.us'],
    ['Power BI', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['Fabric', 'api.fabric.microsoft.com', 'https://api.fabric.microsoft.com'],
  ] as const)('is told from the URL of an API: %s, %s', (name, entered, base) => {
    expect(apis[name].of({ address: entered } as FabricConnection & PowerBiConnection)).toBe(base);
  });
});

it('completeUrl keeps the query and a slash at the end, and refuses a fragment', () => {
  expect(completeUrl('login.example.com/token/?tenant=5', 'Token URL')).toBe(
    'https://login.example.com/token/?tenant=5',
  );
  expect(() => completeUrl('https://login.example.com/token#part', 'Token URL')).toThrow('“Token URL”');
});

describe('A URL with a query in a connection', () => {
  const user = { clientId: 'u-1', clientSecret: 'very-secret-secret', organisationId: 'c-contoso' };
  const issuing = () => fakeHost().on('POST', /token\/?$/, { json: { access_token: 't', expires_in: 60 } });

  it.each([
    ['REST Job', restJob, 'getJobRun', 'baseUrl', { authentication: 'none' }, { tool: 'airflow', job: 'a', run: '1' }],
    ['Quantemplate', quantemplate, 'downloadDataset', 'apiUrl', user, { dataset: 'd-claims' }],
  ])('is refused by %s, whose paths follow it', async (_name, service, operation, field, values, input) => {
    const entered = { ...values, [field]: 'https://api.example.com/v1?tenant=5' };
    await expect(operate(service, operation, input, issuing(), entered)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('must not contain a question mark'),
    });
  });

  it('is called exactly as entered if it is the Token URL of Quantemplate', async () => {
    const loginUrl = 'https://login.example.com/token/?tenant=5';
    const host = issuing();
    const connection = quantemplate.connection.check({ ...user, loginUrl });
    expect(await quantemplate.connection.test({ host, connection })).toBe('Quantemplate (c-contoso)');
    expect(host.sent('POST', 'login.example.com').map(({ url }) => url)).toEqual([loginUrl]);
  });
});
