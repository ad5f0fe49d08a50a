// Type tests: tsc checks this file with the rest of the project. Every line after `@ts-expect-error` must not compile.
import * as v from 'valibot';
import { defineChoices } from '../../shared/src/define/choice-list.ts';
import { defineConnection, type ConnectionValues } from '../../shared/src/define/connection.ts';
import type { Context } from '../../shared/src/define/context.ts';
import { defineDownload } from '../../shared/src/define/download.ts';
import { integer, option, text } from '../../shared/src/define/fields.ts';
import { defineAction, defineSearch, type Operation } from '../../shared/src/define/operation.ts';
import { definePollingTrigger, defineWebhookTrigger, type Trigger } from '../../shared/src/define/trigger.ts';

const connection = defineConnection({
  key: 'parcel',
  name: 'Parcel Account',
  description: 'An account.',
  documentationUrl: 'https://parcel.example/docs',
  fields: { token: text({ label: 'Token', secret: true }), region: v.optional(text({ label: 'Region' })) },
  async test(context) {
    // @ts-expect-error the connection has no such field
    void context.connection.tokn;
    // @ts-expect-error an optional field may be undefined
    void context.connection.region.length;
    return context.connection.token;
  },
});

type ParcelConnection = ConnectionValues<(typeof connection)['fields']>;

const described = { key: 'send', name: 'Send Parcel', resource: 'Parcel', description: 'Sends a parcel.' };
const input = {
  country: text({ label: 'Country' }),
  width: v.optional(integer({ label: 'Width' })),
  speed: option([{ value: 'fast', label: 'Fast' }], { label: 'Speed' }),
};
const output = { id: text({ label: 'ID' }), count: integer({ label: 'Count' }) };
const sample = { id: 'p-1', count: 1 };

export const action = defineAction<ParcelConnection>()({
  ...described,
  effect: 'unsafe',
  input,
  output,
  sample,
  async run({ country, width, speed }, { connection: { token } }) {
    const fast: 'fast' = speed;
    // @ts-expect-error an optional input may be undefined
    void width.toFixed();
    return { id: `${country}${token}${fast}`, count: width ?? 0 };
  },
});

defineAction<ParcelConnection>()({
  ...described,
  effect: 'unsafe',
  input,
  output,
  sample,
  // @ts-expect-error the output must have the types of its fields
  run: async () => ({ id: 'p-1', count: 'one' }),
});

defineAction<ParcelConnection>()({
  ...described,
  effect: 'unsafe',
  input,
  output,
  sample,
  // @ts-expect-error the output must have all fields
  run: async () => ({ id: 'p-1' }),
});

defineAction<ParcelConnection>()({
  ...described,
  effect: 'unsafe',
  input,
  output,
  sample,
  // @ts-expect-error the input has no such field
  run: async ({ countries }) => ({ id: String(countries), count: 1 }),
});

defineAction<ParcelConnection>()({
  ...described,
  effect: 'unsafe',
  input,
  output,
  // @ts-expect-error the sample must have the types of the output
  sample: { id: 'p-1', count: 'one' },
  run: async () => sample,
});

// @ts-expect-error an action must have an effect
defineAction<ParcelConnection>()({ ...described, input, output, sample, run: async () => sample });

defineAction<ParcelConnection>()({
  ...described,
  // @ts-expect-error the effect must be a known one
  effect: 'starts work',
  input,
  output,
  sample,
  run: async () => sample,
});

// @ts-expect-error a field must have a label
text({ help: 'Two letters.' });

// @ts-expect-error an option must have a label
option([{ value: 'fast' }], { label: 'Speed' });

// @ts-expect-error a wording must have a text for each platform
text({ label: 'Country', help: { n8n: 'Two letters.' } });

defineSearch<ParcelConnection>()({
  ...described,
  input,
  output,
  sample,
  // @ts-expect-error a search returns a list
  run: async () => sample,
});

defineDownload<ParcelConnection>()({
  ...described,
  input,
  output,
  sample,
  // @ts-expect-error the details must have the types of the output
  open: async () => ({
    name: 'a.csv',
    mediaType: 'text/csv',
    bytes: (async function* () {})(),
    details: { id: 1, count: 1 },
  }),
});

defineChoices<ParcelConnection>({
  key: 'depots',
  // @ts-expect-error the connection has no such field
  load: async (_query, { connection: { tokn } }) => ({ choices: [{ value: String(tokn), label: 'Depot' }] }),
});

export const webhook = defineWebhookTrigger<ParcelConnection>()({
  key: 'sent',
  name: 'Parcel Sent',
  description: 'Triggers when a parcel is sent.',
  input: { country: text({ label: 'Country' }) },
  output,
  sample,
  verification: { scheme: () => 'github', secrets: ({ token }) => ({ current: token }) },
  events: (_body, { country }) => [{ id: country, data: { id: country, count: 1 } }],
  example: () => ({}),
});

defineWebhookTrigger<ParcelConnection>()({
  key: 'sent',
  name: 'Parcel Sent',
  description: 'Triggers when a parcel is sent.',
  input: {},
  output,
  sample,
  verification: {
    // @ts-expect-error the scheme must be a known one
    scheme: () => 'md5',
    secrets: () => ({}),
  },
  // @ts-expect-error an event must have the types of the output
  events: () => [{ id: '1', data: { id: 1, count: 1 } }],
  example: () => ({}),
});

definePollingTrigger<ParcelConnection>()({
  key: 'lost',
  name: 'Parcel Lost',
  description: 'Triggers when a parcel is lost.',
  input: {},
  output,
  sample,
  // @ts-expect-error an event must have an ID
  poll: async () => [{ data: sample }],
});

/** What adapters do: raw input and an untyped connection, without casts. */
export async function adapt(operation: Operation, trigger: Trigger, context: Context): Promise<unknown> {
  await connection.test({ ...context, connection: connection.check({ token: 't' }) });
  if (trigger.how === 'polling') return trigger.poll({ country: 1 }, new Date(), context);
  // @ts-expect-error raw input is an object
  await operation.run('country', context);
  return operation.run({ country: 'DE' }, context);
}
