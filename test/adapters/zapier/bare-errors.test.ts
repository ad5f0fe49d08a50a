import nock from 'nock';
import { services } from '../../../shared/src/catalog.ts';
import { describeField, type Fields } from '../../../shared/src/define/fields.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import type { Trigger } from '../../../shared/src/define/trigger.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { authenticationKey, connectionsOf, offeredFields } from '../../../zapier-app/adapter/connections.ts';
import { kindOf } from '../../../zapier-app/adapter/kind.ts';
import { keyOf } from '../../../zapier-app/adapter/names.ts';
import { startPlatform, type Platform } from './platform.ts';

const offered = services.filter((service) => service.missing?.zapier === undefined);
const loginCanary = 'canary-of-the-login-0123456789';
const inputCanary = 'canary-of-the-input-0123456789';

/** A connection with a canary in every secret field. */
const authData = Object.fromEntries(
  connectionsOf(offered).flatMap(({ connection }) =>
    offeredFields(connection).map(([name, field]) => [
      authenticationKey(connection, name),
      describeField(field).secret ? loginCanary : 'not-a-value',
    ]),
  ),
);

/** Input of the wrong type in every field; names and values and JSON contain a canary. */
const invalid = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) =>
      ['values', 'json'].includes(describeField(field).kind)
        ? [name, `{"password": "${inputCanary}`]
        : [name, { password: inputCanary }],
    ),
  );

let unexpected: () => never;
const broken = async (): Promise<never> => unexpected();
const failingOperation = (operation: Operation): Operation =>
  operation.kind === 'search'
    ? { ...operation, run: broken }
    : {
        ...operation,
        run: broken,
        ...(operation.callback
          ? { callback: { ...operation.callback, isChosen: () => unexpected(), readFinished: broken } }
          : {}),
      };
const failingTrigger = (trigger: Trigger): Trigger =>
  trigger.how === 'polling'
    ? { ...trigger, poll: broken }
    : {
        ...trigger,
        verification: { ...trigger.verification, scheme: () => unexpected(), secrets: () => unexpected() },
        recent: broken,
        events: () => unexpected(),
        ...(trigger.subscriber ? { subscriber: { subscribe: broken, isSubscribed: broken, unsubscribe: broken } } : {}),
      };
/** The catalog, in which everything fails with an error that nobody planned. */
const failing: Service[] = offered.map((service) => ({
  ...service,
  connection: { ...service.connection, check: () => ({}), test: broken },
  operations: service.operations.map(failingOperation),
  triggers: service.triggers.map(failingTrigger),
}));

let real: Platform;
let breaking: Platform;

beforeAll(async () => {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
  // Zapier's core ends a process with much memory in use, which here is that of the tests.
  jest.spyOn(process, 'memoryUsage').mockReturnValue({ ...process.memoryUsage(), rss: 0 });
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  [real, breaking] = await Promise.all([startPlatform(zapierApp(offered)), startPlatform(zapierApp(failing))]);
});
afterAll(async () => {
  jest.restoreAllMocks();
  nock.enableNetConnect();
  nock.restore();
  await Promise.all([real.close(), breaking.close()]);
});

const rawRequest = {
  method: 'POST',
  querystring: `key=${inputCanary}`,
  headers: { 'Http-Authorization': `Bearer ${inputCanary}` },
  content: JSON.stringify({ password: inputCanary }),
};

/** Every method of every step, as Zapier calls it. */
function callsOf(service: Service): { method: string; fields: Fields; bundle?: Record<string, unknown> }[] {
  const operations = service.operations.flatMap((operation) => {
    const path = `${kindOf(operation) === 'search' ? 'searches' : 'creates'}.${keyOf(service, operation)}.operation`;
    const fields = operation.input;
    const resumed = { outputData: { id: '1', name: 'run', kept: { password: inputCanary } } };
    return [
      { method: `${path}.perform`, fields },
      ...(operation.kind === 'action' && operation.callback
        ? [{ method: `${path}.performResume`, fields, bundle: resumed }]
        : []),
    ];
  });
  const triggers = service.triggers.flatMap((trigger) => {
    const path = `triggers.${keyOf(service, trigger)}.operation`;
    const fields = trigger.input;
    if (trigger.how === 'polling') return [{ method: `${path}.perform`, fields }];
    const subscribed = {
      subscribeData: { id: '1', secret: inputCanary },
      targetUrl: `https://hooks.example/${inputCanary}`,
    };
    return [
      { method: `${path}.perform`, fields, bundle: { rawRequest, cleanedRequest: {}, ...subscribed } },
      { method: `${path}.performList`, fields },
      ...(trigger.subscriber
        ? [
            { method: `${path}.performSubscribe`, fields, bundle: subscribed },
            { method: `${path}.performUnsubscribe`, fields, bundle: subscribed },
          ]
        : []),
    ];
  });
  return [...operations, ...triggers];
}

/** The message of the error, which contains neither the bundle nor a canary; undefined if the call succeeded. */
async function bareMessage(call: Promise<unknown>): Promise<string | undefined> {
  const message = await call.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (message === undefined) return undefined;
  expect(message).not.toMatch(/bundle|What happened|Executing /i);
  expect(message).not.toContain(loginCanary);
  expect(message).not.toContain(inputCanary);
  return message;
}

describe.each(offered.map((service) => [service.name, service] as const))('%s', (_name, service) => {
  it.each(callsOf(service).map((call) => [call.method, call] as const))(
    'shows neither bundle nor secrets when the input of %s is invalid',
    async (method, { fields, bundle = {} }) => {
      await bareMessage(real.run(method, { authData, inputData: invalid(fields) }, { bundle }));
    },
  );

  it.each(callsOf(service).map((call) => [call.method, call] as const))(
    'shows neither bundle nor secrets when %s throws an unexpected error',
    async (method, { bundle = {} }) => {
      const errors = [
        new TypeError(`Cannot read properties of undefined (reading 'x')`),
        new Error(`bad token Bearer ${inputCanary}`),
        `text with https://x.example/?sig=${inputCanary}`,
      ];
      for (const error of errors) {
        unexpected = () => {
          throw error;
        };
        await bareMessage(breaking.run(method, { authData, inputData: {} }, { bundle }));
      }
    },
  );
});

describe('The test of a connection', () => {
  it('shows neither bundle nor secrets when a value is invalid', async () => {
    expect(await bareMessage(real.testConnection(authData))).toBeDefined();
    expect(await bareMessage(real.testConnection({}))).toBeDefined();
  });

  it('shows neither bundle nor secrets when it throws an unexpected error', async () => {
    unexpected = () => {
      throw new TypeError('Cannot read properties of undefined');
    };
    expect(await bareMessage(breaking.testConnection(authData))).toContain('Cannot read properties');
  });
});
