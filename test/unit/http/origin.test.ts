import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientCredentialsToken } from '../../../shared/src/auth/client-credentials.ts';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { anyResponse } from '../../../shared/src/http/response-schema.ts';
import { openApi } from '../../../shared/src/http/api.ts';
import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { fakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

interface Asked {
  url: string | undefined;
  method: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A real server that records its requests. */
async function serve(answer: (asked: Asked) => { status: number; headers?: Record<string, string>; body?: string }) {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      const one = { url: request.url, method: request.method, headers: request.headers, body };
      asked.push(one);
      const { status, headers = {}, body: text = '{}' } = answer(one);
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('Credentials', () => {
  let elsewhere: Awaited<ReturnType<typeof serve>>;
  let home: Awaited<ReturnType<typeof serve>>;
  let redirect = 302;
  let target = '';
  beforeAll(async () => {
    elsewhere = await serve(() => ({ status: 200, body: '{"access_token":"stolen"}' }));
    home = await serve(({ url }) =>
      url === '/same' ? { status: 200, body: '{"here":true}' } : { status: redirect, headers: { location: target } },
    );
  });
  afterAll(() => Promise.all([elsewhere.close(), home.close()]));
  beforeEach(() => {
    elsewhere.asked.length = 0;
    home.asked.length = 0;
    target = `${elsewhere.base}/taken`;
  });
  const api = () =>
    openApi({
      service: 'Vendor',
      baseUrl: home.base,
      host: { ...nodeHost(), sleep: async () => undefined },
      authorize: async () => ({ authorization: 'Bearer secret', 'x-api-key': 'secret' }),
    });

  it.each([301, 302, 303, 307, 308])('are not sent on when a token endpoint responds %s', async (status) => {
    redirect = status;
    const token = clientCredentialsToken(nodeHost(), {
      service: 'Vendor',
      tokenUrl: `${home.base}/token`,
      clientId: 'c',
      clientSecret: 'client-secret-value',
    });
    await expect(token).rejects.toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('redirect'),
    });
    expect(elsewhere.asked).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('are not sent on when a POST receives %s', async (status) => {
    redirect = status;
    await expect(api().json('POST', '/start', anyResponse, { json: { secret: 1 } })).rejects.toMatchObject({
      code: 'unexpected-response',
      unsent: status >= 307,
    });
    expect([elsewhere.asked, home.asked.length]).toEqual([[], 1]);
  });

  it('are removed when a GET is redirected to another origin', async () => {
    redirect = 307;
    await api().json('GET', '/read', anyResponse);
    expect(elsewhere.asked).toHaveLength(1);
    expect(elsewhere.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(elsewhere.asked[0]?.headers).not.toHaveProperty('x-api-key');
  });

  it('are kept when a GET is redirected within its origin', async () => {
    redirect = 308;
    target = '/same';
    expect(await api().json('GET', '/read', anyResponse)).toEqual({ here: true });
    expect(home.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
  });

  it('are not sent to an absolute URL on another origin', async () => {
    await expect(api().json('GET', `${elsewhere.base}/page2`, anyResponse)).rejects.toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('another host'),
    });
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('sendGuarded', () => {
  it('rejects a redirect from https to http', async () => {
    const host = fakeHost().on('GET', 'https://api.example/a', {
      status: 302,
      headers: { location: 'http://api.example/a' },
    });
    const api = openApi({ service: 'Vendor', baseUrl: 'https://api.example', host, authorize: async () => ({}) });
    await expect(api.json('GET', '/a', anyResponse)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('not encrypted'),
    });
  });
});

describe('readAll of Azure', () => {
  const management = 'https://management.azure.com';
  const factories = `${management}/subscriptions/sub/providers/Microsoft.DataFactory/factories`;
  const azure = { tenantId: 't', clientId: 'c', clientSecret: 's', subscriptionId: 'sub' };
  const open = (nextLink: unknown) =>
    fakeHost()
      .on('POST', /oauth2/, { json: { access_token: 'token', expires_in: 3600 } })
      .on('GET', factories, ({ query }) => ({
        json: {
          value: query['page'] ? [] : [{ id: '/subscriptions/sub/resourceGroups/rg/providers/x/other', name: 'other' }],
          ...(query['page'] ? {} : { nextLink }),
        },
      }));
  const find = (host: ReturnType<typeof open>) =>
    operate(dataFactory, 'findTrigger', { factory: 'contoso' }, host, azure);

  it.each([
    'https://evil.example/page2',
    'http://management.azure.com/page2',
    'https://management.azure.com.evil.example/p',
    'https://management.azure.com@evil.example/p',
    'https://management.azure.com:8443/p',
  ])('does not send the token to a next page at %s', async (link) => {
    const host = open(link);
    await expect(find(host)).rejects.toMatchObject({ code: 'unexpected-response' });
    expect(host.requests.every(({ address }) => address.startsWith(management) || address.includes('oauth2'))).toBe(
      true,
    );
  });

  it('follows a next page on its own origin', async () => {
    const host = open(`${factories}?page=2`);
    await expect(find(host)).rejects.toMatchObject({ code: 'not-found' });
    expect(host.sent('GET', '/factories')).toHaveLength(2);
  });

  it('rejects a circular list', async () => {
    const host = open(factories);
    await expect(find(host)).rejects.toMatchObject({
      code: 'unexpected-response',
      message: expect.stringMatching(/twice|again/),
    });
    expect(host.requests.length).toBeLessThan(6);
  });
});
