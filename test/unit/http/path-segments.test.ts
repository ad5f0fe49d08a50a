import { openApi } from '../../../shared/src/http/api.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { fabric } from '../../../shared/src/services/fabric/service.ts';
import { fakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const base = 'https://api.example/v1';

describe('A request of any service', () => {
  it.each(['/jobs/..', '/jobs/../runs', '/jobs/./runs', '/jobs/%2E%2e/runs', '/jobs/.%2e?a=b'])(
    'is not sent to %s, because a URL resolves that to another resource',
    async (path) => {
      const host = fakeHost().on('GET', /./, { json: {} });
      const api = openApi({ service: 'Vendor', baseUrl: base, host, authorize: async () => ({}) });
      await expect(api.send('GET', path)).rejects.toMatchObject({
        code: 'invalid-input',
        message: 'Vendor: an ID must not be “.” or “..”.',
      });
      expect(host.requests).toEqual([]);
    },
  );

  it.each(['/jobs/..a', '/jobs/a..b/...', '/jobs/.x', '/jobs?path=/../x', '/jobs/1.2'])(
    'is sent to %s',
    async (path) => {
      const host = fakeHost().on('GET', /./, { json: {} });
      const api = openApi({ service: 'Vendor', baseUrl: base, host, authorize: async () => ({}) });
      await api.send('GET', path);
      expect(host.requests.map(({ url }) => url)).toEqual([`${base}${path}`]);
    },
  );

  it('names no other resource of Fabric or dbt by an ID of dots', async () => {
    const login = { tenantId: 't', clientId: 'c', clientSecret: 's' };
    const host = fakeHost().on('POST', /\/token$/, { json: { access_token: 'token-1', expires_in: 3599 } });
    const typed = { workspace: '..', item: '..', run: '..' };
    await expect(operate(fabric, 'cancelJobRun', typed, host, login)).rejects.toMatchObject({ code: 'invalid-input' });
    const account = { accountId: '4711', token: 'dbtc_token', accessUrl: 'https://ab1.us1.dbt.com' };
    await expect(operate(dbt, 'cancelJobRun', { run: '..' }, host, account)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(host.requests.every(({ url }) => url.endsWith('/token'))).toBe(true);
  });
});
