import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import type { DeliveryResult } from '../../../shared/src/webhooks/process-delivery.ts';
import { casesOf, type Case } from '../../adapters/scheme-cases/cases.ts';
import { entraKeysUrl, openSenders, type Sender } from '../../adapters/scheme-cases/senders.ts';
import { fakeHost, fakeStart } from '../fake-host.ts';
import { deliver } from '../operate.ts';

/** Processes a case as both adapters do. */
async function take(
  { scheme, connection, input }: Sender,
  { body, carried, ...one }: Case,
  keys: unknown,
): Promise<DeliveryResult> {
  const sent = {
    headers: { 'content-type': 'application/json', ...carried.headers },
    query: carried.query,
    body: Buffer.from(body),
  };
  const host = fakeHost().on('GET', entraKeysUrl, { json: keys });
  return deliver(signedWebhook, 'eventReceived', { scheme, ...input, ...one.input }, sent, {
    host,
    connection: one.connection ?? connection,
  });
}

it('processDelivery accepts authentic and rejects forged deliveries of every sender, in at least fifteen cases each', async () => {
  const { senders, entraKeys } = await openSenders();
  expect(senders).toHaveLength(12);
  for (const sender of senders) {
    const cases = await casesOf(sender, fakeStart / 1000);
    expect(cases.length).toBeGreaterThanOrEqual(15);
    for (const one of cases) {
      const taken = await take(sender, one, entraKeys);
      const found =
        taken.outcome === 'events'
          ? { believed: taken.events[0]?.data['matchedSecret'] }
          : taken.outcome === 'rejected'
            ? { refused: taken.reason }
            : taken;
      const { expected } = one;
      const wanted =
        'believed' in expected
          ? expected
          : {
              refused:
                expected.refused.find((reason) => 'refused' in found && reason === found.refused) ?? expected.refused,
            };
      expect([sender.name, one.name, found]).toEqual([sender.name, one.name, wanted]);
      if (taken.outcome === 'events')
        expect(taken.events[0]?.data['verified']).toBe(taken.events[0]?.data['matchedSecret'] !== 'none');
      if (taken.outcome === 'rejected')
        for (const secret of Object.values(one.connection ?? sender.connection))
          expect(taken.explanation).not.toContain(secret);
    }
  }
});
