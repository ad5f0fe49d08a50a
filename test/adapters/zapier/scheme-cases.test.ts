import nock from 'nock';
import { services } from '../../../shared/src/catalog.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { casesOf } from '../scheme-cases/cases.ts';
import { entraKeysUrl, openSenders } from '../scheme-cases/senders.ts';
import { startPlatform, type Platform } from './platform.ts';

let zapier: Platform;
let said: jest.SpyInstance;

beforeAll(async () => {
  zapier = await startPlatform(zapierApp(services));
  said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(async () => {
  said.mockRestore();
  await zapier.close();
  nock.cleanAll();
  nock.restore();
});

it('every scheme accepts authentic deliveries and triggers nothing for all others', async () => {
  const { senders, entraKeys } = await openSenders();
  const keys = new URL(entraKeysUrl);
  nock(keys.origin).persist().get(keys.pathname).reply(200, entraKeys);
  const trigger = await zapier.trigger('signed_webhook_event_received');
  for (const sender of senders) {
    const cases = await casesOf(sender, Math.floor(Date.now() / 1000));
    // Zapier renames headers itself, so cases with renamed headers do not apply.
    for (const one of cases.filter(({ name }) => !name.includes('as Zapier names them'))) {
      const held = Object.entries(one.connection ?? sender.connection).map(([name, value]) => [
        `webhookSecret_${name}`,
        value,
      ]);
      const hook = await trigger.subscribe({
        authData: Object.fromEntries(held),
        inputData: { scheme: sender.scheme, ...sender.input, ...one.input },
      });
      said.mockClear();
      const items = await hook
        .deliver(
          one.body,
          { 'content-type': 'application/json', ...one.carried.headers },
          new URLSearchParams(one.carried.query).toString(),
        )
        // An empty connection is reported before the delivery is verified.
        .catch((error: unknown) => (one.connection === undefined ? Promise.reject(error) : ([] as never[])));
      const expected = 'believed' in one.expected ? [one.expected.believed] : [];
      const believed = items.map((item) => item['matchedSecret']);
      const isUnconnected = one.connection !== undefined && Object.keys(one.connection).length === 0;
      expect([sender.name, one.name, believed]).toEqual([sender.name, one.name, isUnconnected ? believed : expected]);
      const log = said.mock.calls.flat().join(' ');
      if (believed.length === 0 && !isUnconnected) expect(log).toContain('An event was rejected.');
      for (const secret of Object.values(sender.secrets))
        expect(log).not.toContain(secret.length > 8 ? secret : ' no secret ');
    }
  }
});
