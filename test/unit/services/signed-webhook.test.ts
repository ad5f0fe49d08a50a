import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { fakeHost } from '../fake-host.ts';
import { context, deliver, delivery } from '../operate.ts';

const connection = { secret: 'whsec_c2VjcmV0' };
const event = { id: 'evt_7', type: 'dataset.ready', data: { dataset: 'claims' } };

function take(body: unknown, typed: Record<string, unknown> = {}, host = fakeHost(), values: Record<string, unknown> = connection) {
  const bytes = Buffer.from(JSON.stringify(body));
  const { headers } = schemes['standard-webhooks'].sign({ secret: 'whsec_c2VjcmV0', body: bytes, id: 'msg_1', now: Math.floor(host.now() / 1000) });
  return deliver(signedWebhook, 'eventReceived', typed, delivery(JSON.stringify(body), headers), { host, connection: values });
}

describe('Event Received of Signed Webhook', () => {
  it('gives the event as it came, with its ID', async () => {
    expect(await take(event)).toEqual({
      outcome: 'events',
      events: [{ id: 'evt_7', data: { eventId: 'evt_7', event, verified: true, matchedSecret: 'current' } }],
    });
  });

  it('takes the ID from the field that was named, and else tells repeats by the whole body', async () => {
    const host = fakeHost();
    expect(await take(event, { idField: 'data.dataset' }, host)).toMatchObject({ events: [{ id: 'claims' }] });
    const nameless = { type: 'ping', at: 1 };
    expect(await take(nameless, {}, host)).toMatchObject({ events: [{ id: expect.stringMatching(/^[0-9a-f]{64}$/) }] });
    expect(await take(nameless, {}, host)).toEqual({ outcome: 'ignored', why: 'repeated' });
    expect(await take({ ...nameless, at: 2 }, {}, host)).toMatchObject({ outcome: 'events' });
  });

  it('starts nothing for an event that does not meet the conditions', async () => {
    expect(await take(event, { conditions: ['event.type = dataset.ready', 'event.data.dataset = claims'] })).toMatchObject({ outcome: 'events' });
    expect(await take(event, { conditions: ['event.type = dataset.deleted'] })).toEqual({ outcome: 'ignored', why: 'filtered' });
  });

  it('refuses another secret, another scheme and a delivery without any', async () => {
    expect(await take(event, {}, fakeHost(), { secret: 'whsec_b3RoZXI=' })).toMatchObject({ outcome: 'refused', explanation: expect.stringContaining('does not match') });
    expect(await take(event, { scheme: 'github' })).toMatchObject({ outcome: 'refused' });
    expect(await take(event, {}, fakeHost(), { secret: 'ep_123' })).toMatchObject({ explanation: expect.stringContaining('looks like an ID') });
  });

  it('tests its connection by what can be seen of a secret', async () => {
    const test = (secret: string) => signedWebhook.connection.test(context(signedWebhook, fakeHost(), { secret }));
    await expect(test('whsec_c2VjcmV0')).resolves.toBe('Webhook secret');
    await expect(test('whsec_c2VjcmV0\n')).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('white space') });
  });
});
