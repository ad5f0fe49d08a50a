import { baseUrl, baseUrlOfPage, completeUrl } from '../../../shared/src/http/base-url.ts';
import { quantemplate } from '../../../shared/src/services/quantemplate/service.ts';
import { restJob } from '../../../shared/src/services/rest-job/service.ts';
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

it('baseUrlOfPage removes what a browser adds to the address of a page', () => {
  expect(baseUrlOfPage('https://10ax.online.tableau.com/#/site/contoso/home?:iid=1', 'Server URL')).toBe(
    'https://10ax.online.tableau.com',
  );
  expect(baseUrlOfPage('adb-1.azuredatabricks.net/?o=1#job', 'Workspace URL')).toBe(
    'https://adb-1.azuredatabricks.net',
  );
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
