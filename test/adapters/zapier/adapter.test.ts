import { createHmac } from 'node:crypto';
import nock from 'nock';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { cellar, lostParcels, parcel, parcelUrl } from './parcel-service.ts';
import { startPlatform, type Platform } from './platform.ts';

const authData = { parcel_token: 'token-of-the-account' };
let zapier: Platform;

beforeAll(async () => {
  zapier = await startPlatform(zapierApp([parcel, cellar]));
});
let said: jest.SpyInstance;
beforeEach(() => {
  said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
});
afterEach(() => {
  said.mockRestore();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(async () => {
  await zapier.close();
  nock.restore();
});

describe('input', () => {
  it("is parsed from Zapier's fields: dictionaries, lists, JSON as text", async () => {
    const inputData = {
      country: 'de',
      tags: ['a', '', 'b'],
      labels: { Größe: '3', empty: '' },
      extra: '{"a":[1]}',
      note: '',
    };
    const { given } = await zapier.create('parcel_post_send', { authData, inputData });
    expect(given).toEqual({
      country: 'de',
      kind: 'letter',
      tags: ['a', 'b'],
      labels: { Größe: '3', empty: '' },
      extra: { a: [1] },
    });
  });

  it('shows a field only while another has its value, and advanced fields last', async () => {
    const shown = async (inputData: Record<string, unknown>) =>
      (await zapier.inputFields('parcel_post_send', { authData, inputData })).map(({ key }) => key);
    expect(await shown({})).toEqual(['country', 'depot', 'kind', 'locker', 'tags', 'labels', 'extra', 'note']);
    expect(await shown({ kind: 'box' })).toEqual([
      'country',
      'depot',
      'kind',
      'width',
      'locker',
      'tags',
      'labels',
      'extra',
      'note',
    ]);
    const fields = await zapier.inputFields('parcel_post_send', { authData });
    expect(fields.find(({ key }) => key === 'kind')).toMatchObject({
      altersDynamicFields: true,
      default: 'letter',
      required: false,
    });
    expect(fields.find(({ key }) => key === 'labels')).toEqual({
      key: 'labels',
      label: 'Labels',
      helpText: 'Names with values.',
      type: 'string',
      dict: true,
      required: false,
    });
    expect(fields.find(({ key }) => key === 'tags')).toMatchObject({ list: true });
    expect(fields.find(({ key }) => key === 'locker')?.helpText).toBe(
      'Only used when “Kind” is “Box”. Where the box waits.',
    );
  });

  it('names missing and invalid fields by their labels', async () => {
    await expect(zapier.create('parcel_post_send', { authData, inputData: { labels: 'x' } })).rejects.toThrow(
      '“Country” is missing; “Labels” must be a JSON object',
    );
  });

  it('omits a service that cannot run on Zapier', async () => {
    await expect(zapier.create('cellar_send', { authData })).rejects.toThrow('The app has no creates "cellar_send"');
  });
});

describe('a dropdown', () => {
  it('queries the vendor page by page', async () => {
    nock(parcelUrl, { reqheaders: { authorization: 'Bearer token-of-the-account' } })
      .get('/depots')
      .query({ country: 'de' })
      .reply(200, { depots: [{ id: 'd1', name: 'Bremen' }], next: 'second' })
      .get('/depots')
      .query({ country: 'de', page: 'second' })
      .reply(200, { depots: [{ id: 'd2', name: 'Mainz' }] });
    const first = await zapier.choices('parcel_post_send', 'depot', { authData, inputData: { country: 'de' } });
    expect(first).toEqual({ choices: [{ value: 'd1', label: 'Bremen' }], pagingToken: 'second' });
    const second = await zapier.choices('parcel_post_send', 'depot', {
      authData,
      inputData: { country: 'de' },
      pagingToken: 'second',
    });
    expect(second).toEqual({ choices: [{ value: 'd2', label: 'Mainz' }], pagingToken: null });
  });

  it('is empty and sends no request until the field that it needs is filled in', async () => {
    expect(await zapier.choices('parcel_post_send', 'depot', { authData, inputData: { country: '' } })).toEqual({
      choices: [],
      pagingToken: null,
    });
  });
});

describe('an error', () => {
  const failing = (code: string, auth: Record<string, unknown> = authData) =>
    zapier.create('parcel_post_fail', { authData: auth, inputData: { code } });

  it('contains what happened and what to do, the code and the status, but not the bundle', async () => {
    await expect(failing('not-found')).rejects.toMatchObject({
      name: 'AppError',
      message: JSON.stringify({ message: 'It did not work. Do it otherwise.', code: 'not-found', status: 418 }),
    });
  });

  it('lets Zapier retry a throttled step after the delay that the vendor requested', async () => {
    await expect(failing('throttled')).rejects.toMatchObject({
      name: 'ThrottledError',
      message: JSON.stringify({ message: 'It did not work. Do it otherwise.', delay: 8 }),
    });
  });

  it('marks the connection as expired when the vendor rejects the login, without the bundle', async () => {
    await expect(failing('unauthorized')).rejects.toMatchObject({
      name: 'ExpiredAuthError',
      message: 'It did not work. Do it otherwise.',
    });
  });

  it('halts the Zap with only the message when there is nothing to do', async () => {
    await expect(failing('empty-dataset')).rejects.toMatchObject({
      name: 'HaltedError',
      message: 'It did not work. Do it otherwise.',
    });
  });

  it('contains no secret when it is unexpected', async () => {
    await expect(failing('unknown')).rejects.toMatchObject({
      name: 'AppError',
      message: JSON.stringify({
        message: 'Unexpected error: Cannot read https://parcel.example/file?*** with Bearer ***',
        code: 'unexpected',
      }),
    });
  });

  it('names the group of the connection that is empty, and its fields', async () => {
    await expect(failing('not-found', { azure_tenantId: 't' })).rejects.toThrow(
      'The connection has no values for “Parcel Account”. Edit the connection under Apps in Zapier and fill in Token under “Parcel Account”.',
    );
  });

  it('contains no URL when the vendor is unreachable', async () => {
    const refused = zapier.create('parcel_post_print', {
      authData: { ...authData, parcel_address: 'http://127.0.0.1:9' },
    });
    await expect(refused).rejects.toThrow('Parcel could not be reached: the server refused the connection.');
    await expect(refused).rejects.not.toThrow('127.0.0.1');
  });
});

describe('a file', () => {
  it('of a step with side effects is stored immediately, because the step must not run again', async () => {
    nock(parcelUrl).get('/label').reply(200, 'To: Ada');
    const { file } = await zapier.create('parcel_post_print', { authData });
    const stored = zapier.files.get(String(file));
    expect([stored?.name, stored?.mediaType, (await stored?.bytes())?.toString()]).toEqual([
      'label.txt',
      'text/plain',
      'To: Ada',
    ]);
  });
});

describe('a redirect', () => {
  it('to another host is followed without the authorization', async () => {
    nock(parcelUrl, { reqheaders: { authorization: 'Bearer token-of-the-account' } })
      .get('/label')
      .reply(302, '', { location: 'https://files.example/label?sig=1' });
    nock('https://files.example', { badheaders: ['authorization'] })
      .get('/label')
      .query({ sig: '1' })
      .reply(200, 'To: Ada');
    const { file } = await zapier.create('parcel_post_print', { authData });
    expect((await zapier.files.get(String(file))?.bytes())?.toString()).toBe('To: Ada');
  });
});

describe('a search', () => {
  it('returns all results, or none', async () => {
    expect(await zapier.search('parcel_post_find', { authData, inputData: { name: 'p' } })).toEqual([
      { id: 'p-1' },
      { id: 'p-2' },
    ]);
    expect(await zapier.search('parcel_post_find', { authData, inputData: { name: 'nothing' } })).toEqual([]);
  });
});

describe('an operation that reads one object', () => {
  const get = (number: string) => zapier.search('parcel_post_get', { authData, inputData: { number } });

  it('is a search with one result', async () => {
    expect(await get('p-1')).toEqual([{ id: 'p-1', weight: '2 kg' }]);
  });

  it('finds nothing if the vendor answers that the object does not exist, and the log names the reason', async () => {
    const logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(await get('p-9')).toEqual([]);
    expect(JSON.stringify(logged.mock.calls)).toContain('Nothing was found. The parcel does not exist. Check it.');
    logged.mockRestore();
  });

  it('fails if what contains the object does not exist', async () => {
    await expect(get('elsewhere')).rejects.toThrow('The depot does not exist. Check it.');
  });
});

describe('a polling trigger', () => {
  const parcels = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const poll = async (country = 'DE') => {
    const items = await (await zapier.trigger('parcel_post_lost')).poll({ authData, inputData: { country } });
    return items.map(({ id }) => id);
  };

  it('reaches back a day, or a month for an example, and returns the newest hundred events with their IDs', async () => {
    lostParcels.ids = parcels('p', 120);
    const trigger = await zapier.trigger('parcel_post_lost');
    const examples = await trigger.loadSample({ authData });
    expect([examples.length, examples[0]]).toEqual([100, { id: 'p-0', hours: '720' }]);
    expect(await trigger.poll({ authData })).toEqual([]);
  });

  it('emits new events although more than a hundred known ones come before them', async () => {
    lostParcels.ids = parcels('known', 130);
    expect(await poll('AT')).toEqual([]);
    expect(await poll('AT')).toEqual([]);
    lostParcels.ids = [...parcels('known', 130), ...parcels('undated', 20)];
    expect(await poll('AT')).toEqual(parcels('undated', 20));
    expect(await poll('AT')).toEqual([]);
  });

  it('emits more than a hundred new events over several polls, each once', async () => {
    lostParcels.ids = parcels('known', 5);
    expect(await poll('CH')).toEqual([]);
    lostParcels.ids = [...parcels('burst', 250), ...parcels('known', 5)];
    const polls = [await poll('CH'), await poll('CH'), await poll('CH'), await poll('CH')];
    expect(polls.map((ids) => ids.length)).toEqual([100, 100, 50, 0]);
    expect(new Set(polls.flat())).toEqual(new Set(parcels('burst', 250)));
  });

  it('returns an answer that Zapier rejected again in the next poll', async () => {
    lostParcels.ids = parcels('known', 130);
    const trigger = await zapier.trigger('parcel_post_lost');
    const setup = { authData, inputData: { country: 'SE' } };
    expect(await trigger.poll(setup)).toEqual([]);
    lostParcels.ids = [...parcels('lost', 100), ...parcels('known', 130)];
    expect(await trigger.poll({ ...setup, isRejected: true })).toEqual([]);
    lostParcels.ids = ['newer', ...lostParcels.ids];
    expect(await poll('SE')).toEqual(['newer', ...parcels('lost', 99)]);
    expect(await poll('SE')).toEqual(['lost-99']);
    expect(await poll('SE')).toEqual([]);
  });

  it('emits no old event of a Zap whose memory was lost', async () => {
    lostParcels.ids = parcels('known', 130);
    expect(await poll('FR')).toEqual([]);
    zapier.forgetCache();
    expect(await poll('FR')).toEqual([]);
    lostParcels.ids = ['new', ...parcels('known', 130)];
    expect(await poll('FR')).toEqual(['new']);
  });
});

describe('a webhook with a subscription', () => {
  const secret = 'secret-of-the-subscription';
  const event = (id: string, country = 'de') => JSON.stringify({ id, number: '00340', country });
  const sign = (body: string) => ({ authorization: createHmac('sha256', secret).update(body).digest('hex') });
  const subscribe = async (inputData: Record<string, unknown> = {}) => {
    nock(parcelUrl).post('/hooks').reply(200, { id: 'h-1', secret });
    return (await zapier.trigger('parcel_post_sent')).subscribe({ authData, inputData });
  };

  it('is subscribed with the URL and the filter, and stores the secret', async () => {
    nock(parcelUrl)
      .post('/hooks', (body) => /^http/.test(body.url) && body.country === 'de')
      .reply(200, { id: 'h-1', secret });
    const hook = await (await zapier.trigger('parcel_post_sent')).subscribe({ authData, inputData: { country: 'de' } });
    expect(hook.subscribeData).toEqual({ id: 'h-1', secret });
    nock(parcelUrl).delete('/hooks/h-1').reply(204);
    await hook.unsubscribe();
  });

  it('accepts an authentic event once in each Zap', async () => {
    const [one, other] = [await subscribe(), await subscribe({ country: 'de' })];
    const body = event('e-1');
    expect(await one.deliver(body, sign(body))).toEqual([
      { id: 'e-1', number: '00340', verified: true, matchedSecret: 'current' },
    ]);
    expect(await one.deliver(body, sign(body))).toEqual([]);
    expect(await other.deliver(body, sign(body))).toHaveLength(1);
  });

  it('triggers nothing for a forged, modified or unsigned event', async () => {
    const hook = await subscribe();
    const body = event('e-2');
    expect(await hook.deliver(event('e-3'), sign(body))).toEqual([]);
    expect(await hook.deliver(body, { authorization: 'ab' })).toEqual([]);
    expect(await hook.deliver(body)).toEqual([]);
    expect(await hook.deliver('{"id": ', sign('{"id": '))).toEqual([]);
    expect(said.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringContaining('An event was rejected. The signature or secret does not match.'),
      expect.stringContaining('An event was rejected. The signature or secret has the wrong format.'),
      expect.stringContaining('An event was rejected. The delivery has no signature or secret.'),
      expect.stringContaining('An event was rejected. The body is not a JSON object or array.'),
    ]);
    expect(JSON.stringify(said.mock.calls)).not.toContain(sign(body).authorization);
    expect(await hook.deliver(body, sign(body))).toHaveLength(1);
  });

  it('verifies bytes beyond ASCII as they were signed', async () => {
    const hook = await subscribe();
    const body = JSON.stringify({ id: 'e-4', number: 'Größe – 3', country: 'de' });
    expect(await hook.deliver(body, sign(body))).toMatchObject([{ number: 'Größe – 3' }]);
  });

  it('drops events that do not match the filter', async () => {
    const hook = await subscribe({ country: 'fr' });
    const body = event('e-5');
    expect(await hook.deliver(body, sign(body))).toEqual([]);
  });

  it('shows recent events of the vendor, and the example when there are none', async () => {
    const trigger = await zapier.trigger('parcel_post_sent');
    nock(parcelUrl)
      .get('/events')
      .reply(200, [{ id: 'e-9', number: '1' }]);
    expect(await trigger.performList({ authData })).toEqual([
      { id: 'e-9', verified: true, matchedSecret: 'current', number: '1' },
    ]);
    nock(parcelUrl).get('/events').reply(200, []);
    expect(await trigger.performList({ authData })).toEqual([
      { id: 'e-1', number: '00340', verified: true, matchedSecret: 'current' },
    ]);
  });
});
