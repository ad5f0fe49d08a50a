import nock from 'nock';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { casesOf } from '../scheme-cases/cases.ts';
import { entraKeysUrl, openSenders } from '../scheme-cases/senders.ts';
import { openN8n, type N8n } from './open-n8n.ts';
import { sandboxTriggers } from './sandbox-trigger.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-extras']);
});

afterAll(async () => {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
  await n8n.close();
  await sandbox.stop();
});

const { open, close } = sandboxTriggers(
  () => n8n,
  () => sandbox,
);
afterEach(close);

const nothing = { secret: '', previousSecret: '' };

it('every scheme accepts authentic deliveries and rejects all others', async () => {
  const { senders, entraKeys } = await openSenders();
  const keys = new URL(entraKeysUrl);
  nock(keys.origin).persist().get(keys.pathname).reply(200, entraKeys);
  for (const sender of senders) {
    for (const one of await casesOf(sender, Math.floor(Date.now() / 1000))) {
      const { acceptsUnsigned } = one.input ?? {};
      const trigger = await open(
        'signedWebhookTrigger',
        {
          scheme: sender.scheme,
          ...sender.input,
          options: { acceptsUnsigned, timestampUnit: sender.input?.['timestampUnit'] },
        },
        {},
        { ...nothing, ...(one.connection ?? sender.connection) },
      );
      const refusedBefore = trigger.logged.length;
      await trigger.activate().catch(() => undefined);
      const query = new URLSearchParams(one.carried.query).toString();
      const { status, text } = await trigger.post(one.body, one.carried.headers, query ? `?${query}` : '');
      const believed = trigger.executions.map(([item]) => item?.json['matchedSecret']);
      const expected = 'believed' in one.expected ? [200, [one.expected.believed]] : [401, []];
      expect([sender.name, one.name, status, believed]).toEqual([sender.name, one.name, ...expected]);
      expect(text).toBe('');
      for (const line of trigger.logged.slice(refusedBefore))
        for (const secret of Object.values(sender.secrets))
          expect(line).not.toContain(secret.length > 8 ? secret : ' no secret ');
      await close();
    }
  }
});
