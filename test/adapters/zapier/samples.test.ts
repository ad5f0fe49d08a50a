import { services } from '../../../shared/src/catalog.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { startPlatform, type Platform } from './platform.ts';

const secret = 'a-secret-of-sixteen-or-more-characters';
const authData = { webhookSecret_secret: secret, eventGridSecret_secret: secret };
const settings = { scheme: 'shared-secret-header' };
let zapier: Platform;

beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  zapier = await startPlatform(zapierApp(services));
});
afterAll(async () => {
  jest.restoreAllMocks();
  await zapier.close();
});

const open = (inputData: Record<string, unknown>, auth: Record<string, unknown> = authData) => ({
  async deliver(body: object) {
    const hook = await (await zapier.trigger('signed_webhook_event_received')).subscribe({ authData: auth, inputData });
    return hook.deliver(JSON.stringify(body), { 'X-Webhook-Secret': secret });
  },
  list: async () => (await zapier.trigger('signed_webhook_event_received')).performList({ authData: auth, inputData }),
});

describe('The editor shows for a trigger without a list of events at the vendor', () => {
  it('the sample, until an event was accepted, and then that event with its own fields and ID', async () => {
    const { deliver, list } = open({ ...settings, idField: 'number' });
    expect(await list()).toMatchObject([{ event: { type: 'dataset.ready' } }]);
    const [accepted] = await deliver({ number: 'claim-1', amount: 12.5 });
    expect(accepted).toMatchObject({ id: 'claim-1', event: { amount: 12.5 } });
    expect(await list()).toEqual([accepted]);
    await deliver({ number: 'claim-2', amount: 13 });
    expect(await list()).toMatchObject([{ id: 'claim-2' }]);
  });

  it('nothing that its filter would drop', async () => {
    const input = { ...settings, idField: 'kind' };
    await open(input).deliver({ kind: 'small', amount: 1 });
    expect(await open({ ...input, filter: ['event.amount > 5'] }).list()).toEqual([]);
    expect(await open({ ...input, filter: ['event.amount < 5'] }).list()).toHaveLength(1);
  });

  it('neither forged events nor huge ones, and no secret', async () => {
    const input = { ...settings, idField: 'huge' };
    const hook = await (await zapier.trigger('signed_webhook_event_received')).subscribe({
      authData,
      inputData: input,
    });
    expect(await hook.deliver('{"huge":"forged"}', { 'X-Webhook-Secret': 'another-secret-of-that-length' })).toEqual(
      [],
    );
    expect(await open(input).deliver({ huge: 'h', text: 'x'.repeat(200_000) })).toHaveLength(1);
    const shown = await open(input).list();
    expect(shown).toMatchObject([{ event: { type: 'dataset.ready' } }]);
    await open(input).deliver({ huge: 'echo', text: secret });
    expect(JSON.stringify(await open(input).list())).not.toContain(secret);
  });

  it.each([
    [
      'event_grid_event_received',
      [
        {
          id: 'e-1',
          topic: '/t',
          subject: '/claims',
          eventType: 'Ready',
          eventTime: '2026-11-20T08:00:00Z',
          data: { rows: 7 },
        },
      ],
    ],
  ])('the last event of %s', async (key, body) => {
    const inputData = { verificationMethod: 'shared-secret-query' };
    const trigger = await zapier.trigger(key);
    const hook = await trigger.subscribe({ authData, inputData });
    const accepted = await hook.deliver(JSON.stringify(body), {}, `token=${secret}`);
    expect(accepted).toHaveLength(1);
    expect(await trigger.performList({ authData, inputData })).toEqual(accepted);
  });
});

describe('The editor does not invent an event', () => {
  it('that the settings of the trigger exclude', async () => {
    const trigger = await zapier.trigger('event_grid_event_received');
    expect(await trigger.performList({ authData, inputData: { eventTypes: ['Another.Type'] } })).toEqual([]);
    expect(await trigger.performList({ authData, inputData: { eventTypes: ['Contoso.Dataset.Ready'] } })).toHaveLength(
      1,
    );
  });
});

describe('Set-up refuses', () => {
  it('a filter on a field that the events do not have, and names those that exist', async () => {
    const list = open({ ...settings, filter: ['evnt.type = x'] }).list();
    await expect(list).rejects.toThrow(/“Filter” uses “evnt\.type”.*eventId, eventType, .*event\.…/);
    await expect(open({ ...settings, filter: ['eventType.x = y'] }).list()).rejects.toThrow('“eventType.x”');
    expect(await open({ ...settings, filter: ['event.type = dataset.ready'] }).list()).toHaveLength(1);
  });

  it('a secret of three letters', async () => {
    await expect(zapier.testConnection({ webhookSecret_secret: 'abc' })).rejects.toThrow('The secret has 3 bytes');
    await expect(open(settings, { webhookSecret_secret: 'short-12' }).list()).rejects.toThrow('at least 16');
  });
});

describe('The connection of a sender without a secret', () => {
  const none = { webhookSecret_authentication: 'none' };

  it('passes its test if None is selected, and its label says that events are not verified', async () => {
    expect(await zapier.testConnection(none)).toMatchObject({
      label: 'Webhook Secret: No secret: events are not verified',
    });
    await expect(zapier.testConnection({ webhookSecret_authentication: 'shared-secret' })).rejects.toThrow(
      'No secret is set',
    );
  });

  it('is refused by a trigger that does not accept unverified events', async () => {
    await expect(open(settings, none).list()).rejects.toThrow('turn on Accept Unverified Events');
    expect(await open(settings, none).deliver({ number: '1' })).toEqual([]);
    expect(
      await open({ ...settings, acceptsUnsigned: true, idField: 'n' }, none).deliver({ n: 'none-1' }),
    ).toMatchObject([{ id: 'none-1', verified: false, matchedSecret: 'none' }]);
  });

  it('ignores a secret that was entered before', async () => {
    expect(await open(settings, { ...none, webhookSecret_secret: secret }).deliver({ number: '2' })).toEqual([]);
  });
});

describe('A trigger that accepts unverified events', () => {
  it('needs no secret', async () => {
    const { deliver, list } = open({ ...settings, acceptsUnsigned: true, idField: 'open' }, {});
    expect(await list()).toHaveLength(1);
    expect(await deliver({ open: '1' })).toMatchObject([{ id: '1', verified: false, matchedSecret: 'none' }]);
    await expect(open(settings, {}).list()).rejects.toThrow('The connection has no values for “Webhook Secret”');
  });
});
