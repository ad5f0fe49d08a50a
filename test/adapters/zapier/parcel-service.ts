import * as v from 'valibot';
import { PipewrightError, type ErrorCode } from '../../../shared/src/host/error.ts';
import { openApi } from '../../../shared/src/http/api.ts';
import { defineChoices } from '../../../shared/src/define/choice-list.ts';
import { defineConnection, type ConnectionValues } from '../../../shared/src/define/connection.ts';
import type { Context } from '../../../shared/src/define/context.ts';
import { file, json, list, option, text, values } from '../../../shared/src/define/fields.ts';
import { defineAction, defineSearch } from '../../../shared/src/define/operation.ts';
import { defineService } from '../../../shared/src/define/service.ts';
import { definePollingTrigger, defineWebhookTrigger } from '../../../shared/src/define/trigger.ts';
import { verificationFields } from '../../../shared/src/webhooks/trigger-fields.ts';

/** URL of the fictional vendor. */
export const parcelUrl = 'https://parcel.example';

const fields = {
  token: text({ label: 'Token', help: 'The token of the account.', secret: true }),
  address: v.optional(text({ label: 'Address', help: 'Where the interface is.', advanced: true }), parcelUrl),
};

type ParcelConnection = ConnectionValues<typeof fields>;

const api = ({ host, connection }: Context<ParcelConnection>) =>
  openApi({
    service: 'Parcel',
    baseUrl: connection.address,
    host,
    authorize: async () => ({ authorization: `Bearer ${connection.token}` }),
  });

const connection = defineConnection({
  key: 'parcel',
  name: 'Parcel Account',
  description: 'An account of the made-up vendor.',
  documentationUrl: 'https://parcel.example/docs',
  fields,
  test: async (context) => (await api(context).json('GET', '/me', v.object({ name: v.string() }))).name,
});

const depots = defineChoices<ParcelConnection>({
  key: 'depots',
  needs: ['country'],
  async load({ input, page }, context) {
    const found = await api(context).json(
      'GET',
      '/depots',
      v.object({ depots: v.array(v.object({ id: v.string(), name: v.string() })), next: v.optional(v.string()) }),
      { query: { country: String(input['country']), page } },
    );
    return {
      choices: found.depots.map(({ id, name }) => ({ value: id, label: name })),
      ...(found.next ? { nextPage: found.next } : {}),
    };
  },
});

const kinds = [
  { value: 'letter', label: 'Letter' },
  { value: 'box', label: 'Box' },
] as const;

/** Returns its input, so that tests see how the platform parsed it. */
const send = defineAction<ParcelConnection>()({
  key: 'send',
  name: 'Send Parcel',
  resource: 'Parcel',
  description: 'Sends a parcel.',
  effect: 'unsafe',
  input: {
    note: v.optional(text({ label: 'Note', help: 'Goes with it.', advanced: true })),
    country: text({ label: 'Country', help: 'Two letters.' }),
    depot: v.optional(text({ label: 'Depot', help: 'Where it starts.', choices: depots })),
    kind: v.optional(option(kinds, { label: 'Kind', help: 'What it is.' }), 'letter'),
    width: v.optional(text({ label: 'Width', help: 'Of the box.', shownWhen: { field: 'kind', is: ['box'] } })),
    locker: v.optional(
      text({
        label: 'Locker',
        help: 'Where the box waits.',
        choices: depots,
        shownWhen: { field: 'kind', is: ['box'] },
      }),
    ),
    tags: v.optional(list({ label: 'Tags', help: 'Any words.' })),
    labels: v.optional(values({ label: 'Labels', help: 'Names with values.', placeholder: '{"a": "b"}' })),
    extra: v.optional(json({ label: 'Extra', help: 'JSON.' })),
    elsewhere: v.optional(
      text({ label: 'Elsewhere', help: 'Not here.', notOn: { zapier: 'There is no place for it.' } }),
    ),
  },
  output: { id: text({ label: 'ID' }), given: json({ label: 'Given' }), rows: json({ label: 'Rows' }) },
  sample: { id: 'p-1', given: { country: 'de' }, rows: [{ rowCount: 1, sent: true }] },
  run: async (input) => ({ id: 'p-1', given: { ...input }, rows: [] }),
});

/** Has side effects and returns a file: it must not run again for the file. */
const print = defineAction<ParcelConnection>()({
  key: 'print',
  name: 'Print Label',
  resource: 'Label',
  description: 'Prints a label.',
  effect: 'unsafe',
  input: {},
  output: { id: text({ label: 'ID' }), file: file({ label: 'File' }) },
  sample: { id: 'l-1', file: 'label.txt' },
  async run(_input, context) {
    const { stream } = await api(context).stream('/label', {});
    return {
      id: 'l-1',
      file: await context.host.files.save({ name: 'label.txt', mediaType: 'text/plain', bytes: stream }),
    };
  },
});

const fail = defineAction<ParcelConnection>()({
  key: 'fail',
  name: 'Fail',
  resource: 'Trouble',
  description: 'Fails with the given code.',
  effect: 'idempotent',
  input: { code: text({ label: 'Code', help: 'Of the error.' }) },
  output: { id: text({ label: 'ID' }) },
  sample: { id: '1' },
  run({ code }) {
    if (code === 'unknown')
      throw new TypeError('Cannot read https://parcel.example/file?sig=very-secret with Bearer abcdefgh12345678');
    throw new PipewrightError({
      code: code as ErrorCode,
      message: 'It did not work.',
      hint: 'Do it otherwise.',
      status: 418,
      retryAfterSeconds: 7.2,
    });
  },
});

const get = defineAction<ParcelConnection>()({
  key: 'get',
  name: 'Get Parcel',
  resource: 'Parcel',
  description: 'Finds a parcel and returns its weight.',
  effect: 'safe',
  input: { number: text({ label: 'Number', help: 'On its label.' }) },
  output: { id: text({ label: 'ID' }), weight: text({ label: 'Weight' }) },
  sample: { id: 'p-1', weight: '2 kg' },
  async run({ number }) {
    if (number === 'p-1') return { id: 'p-1', weight: '2 kg' };
    const depot = number === 'elsewhere';
    throw new PipewrightError({
      code: 'not-found',
      message: depot ? 'The depot does not exist.' : 'The parcel does not exist.',
      hint: 'Check it.',
      ...(depot ? {} : { status: 404 }),
    });
  },
});

const find = defineSearch<ParcelConnection>()({
  key: 'find',
  name: 'Find Parcel',
  resource: 'Parcel',
  description: 'Finds parcels.',
  input: { name: text({ label: 'Name', help: 'A part of it.' }) },
  output: { id: text({ label: 'ID' }) },
  sample: { id: 'p-1' },
  run: async ({ name }) => (name === 'nothing' ? [] : [{ id: 'p-1' }, { id: 'p-2' }]),
});

/** A webhook that the app subscribes; only the subscription response contains its signing secret. */
const sent = defineWebhookTrigger<ParcelConnection>()({
  key: 'sent',
  name: 'Parcel Sent',
  description: 'Triggers when a parcel is sent.',
  input: { country: v.optional(text({ label: 'Country', help: 'Only these.' })) },
  output: { number: text({ label: 'Number' }), ...verificationFields },
  sample: { number: '00340', verified: true, matchedSecret: 'current' },
  verification: {
    scheme: () => 'dbt',
    secrets: (_connection, subscription) => (subscription?.secret ? { current: subscription.secret } : {}),
  },
  subscriber: {
    subscribe: (input, url, context) =>
      api(context).json('POST', '/hooks', v.looseObject({ id: v.string() }), { json: { url, country: input.country } }),
    isSubscribed: async () => true,
    unsubscribe: async ({ id }, context) => void (await api(context).send('DELETE', `/hooks/${id}`)),
  },
  example: () => ({ id: 'e-1', number: '00340', country: 'GB' }),
  events(body, { country }) {
    const event = body as { id: string; number: string; country: string };
    return country && event.country !== country ? [] : [{ id: event.id, data: { number: event.number } }];
  },
  recent: async (_input, context) =>
    (await api(context).json('GET', '/events', v.array(v.object({ id: v.string(), number: v.string() })))).map(
      ({ id, number }) => ({ id, data: { number } }),
    ),
});

/** The lost parcels in the order of the trigger: newest first, then those of which nobody knows when. */
export const lostParcels: { ids: string[] } = { ids: [] };

const lost = definePollingTrigger<ParcelConnection>()({
  key: 'lost',
  name: 'Parcel Lost',
  description: 'Triggers when a parcel is lost.',
  input: {},
  output: { id: text({ label: 'ID' }), hours: text({ label: 'Hours' }) },
  sample: { id: 'p-1', hours: '24' },
  poll: async (_input, since, { host }) =>
    lostParcels.ids.map((id) => ({
      id,
      data: { id: 'other', hours: String(Math.round((host.now() - since.getTime()) / 3_600_000)) },
    })),
});

/** A fictional service with one of everything that an adapter translates. */
export const parcel = defineService({
  key: 'parcelPost',
  name: 'Parcel',
  description: 'Send parcels.',
  connection,
  operations: [send, print, fail, get, find],
  triggers: [sent, lost],
});

/** A service that cannot run on Zapier. */
export const cellar = defineService({
  ...parcel,
  key: 'cellar',
  name: 'Cellar',
  missing: { zapier: 'There is no cellar.' },
});
