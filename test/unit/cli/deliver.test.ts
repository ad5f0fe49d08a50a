import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { services } from '../../../shared/src/catalog.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import type { WebhookTrigger } from '../../../shared/src/define/trigger.ts';
import { processDelivery, type DeliveryResult } from '../../../shared/src/webhooks/process-delivery.ts';
import { fakeHost } from '../fake-host.ts';
import { callCli } from './call-cli.ts';

const secret = `whsec_${Buffer.from('a secret that both know!').toString('base64')}`;
const every = services.flatMap(({ key, triggers }) =>
  triggers
    .filter((trigger): trigger is WebhookTrigger => trigger.how === 'webhook')
    .map((trigger) => [key, trigger.key, trigger] as const),
);

let server: Server;
let trigger: WebhookTrigger;
let taken: DeliveryResult | undefined;

/** Processes deliveries as both adapters do. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const query = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
    taken = await processDelivery(
      trigger,
      { headers: request.headers, query, body: Buffer.concat(pieces) },
      {
        input: checkInput(trigger.input, {}),
        connection: { webhookSecret: secret, secret, clientSecret: secret, tenantId: 'contoso' },
        subscription: { id: 'wsu_1', secret },
        host: fakeHost({ now: Date.now, once: async () => true }),
      },
    );
    response.writeHead(taken.outcome === 'rejected' ? 401 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;

describe('pipewright deliver', () => {
  it.each(every)('sends an event for %s.%s that its trigger accepts', async (source, event, described) => {
    trigger = described;
    const result = await callCli('deliver', '--source', source, '--event', event, '--url', url(), '--secret', secret);
    expect(result).toMatchObject({ code: 0, out: `{"ok":true,"status":200,"event":"${event}"}\n` });
    expect(taken).toMatchObject({ outcome: 'events', events: [{ data: { verified: true } }] });
    if (taken?.outcome === 'events')
      expect(Object.keys(taken.events[0]?.data ?? {})).toEqual(
        expect.arrayContaining(Object.keys(described.sample).filter((name) => name === 'status' || /Id$/.test(name))),
      );
  });

  it('exits with 1 and explains what to check when the trigger rejects the event', async () => {
    [, , trigger] = every[0] as (typeof every)[number];
    const result = await callCli('deliver', '--source', every[0]?.[0] ?? '', '--url', url(), '--secret', 'another');
    expect(result).toMatchObject({ code: 1, out: expect.stringContaining('"status":401') });
    expect(result.err).toContain('Its secret differs from --secret');
    expect(result.err).not.toContain('another\n');
  });

  it.each([
    'http://example.com/hook',
    'http://127.0.0.1.example.com/',
    'http://localhost@example.com/',
    'http://10.0.0.1/',
    'http://localhost.example.com/',
    'ftp://127.0.0.1/',
    'https://user:password@example.com/',
  ])('sends nothing to %s', async (to) => {
    expect(await callCli('deliver', '--source', 'dbt', '--url', to, '--secret', secret)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('https://'),
    });
  });

  it('does not follow redirects, so that the secret never reaches another host', async () => {
    const requests: string[] = [];
    const leading = createServer((request, response) => {
      requests.push(String(request.url));
      response.writeHead(307, { location: `${url()}/elsewhere` }).end();
    });
    await new Promise<void>((resolve) => leading.listen(0, '127.0.0.1', resolve));
    taken = undefined;
    const result = await callCli(
      'deliver',
      '--source',
      'mode',
      '--url',
      `http://127.0.0.1:${(leading.address() as AddressInfo).port}/hook`,
      '--secret',
      secret,
    );
    leading.close();
    expect(result).toMatchObject({
      code: 1,
      out: expect.stringContaining('"status":307'),
      err: expect.stringContaining('Redirects are not followed'),
    });
    expect([requests.length, taken]).toEqual([1, undefined]);
  });

  it('rejects a secret that cannot be used to sign', async () => {
    expect(
      await callCli('deliver', '--source', 'signedWebhook', '--url', url(), '--secret', 'not base64!'),
    ).toMatchObject({ code: 2, err: expect.stringContaining('not valid base64') });
  });

  it('exits with 1 when the connection is refused, and with 2 for invalid usage', async () => {
    expect(await callCli('deliver', '--source', 'dbt', '--url', 'http://127.0.0.1:9/', '--secret', 'x')).toMatchObject({
      code: 1,
      err: 'The trigger could not be reached: the server refused the connection. Check --url and the network.\n',
    });
    for (const words of [
      [],
      ['--source', 'nobody', '--url', 'http://x/', '--secret', 'x'],
      ['--source', 'dbt', '--url', 'nowhere', '--secret', 'x'],
      ['--source', 'dbt', '--url', 'http://x/', '--secret', 'x', '--event', 'none'],
    ])
      expect((await callCli('deliver', ...words)).code).toBe(2);
  });
});
