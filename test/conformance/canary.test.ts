import { cliServices, datasetSources } from '../../shared/src/catalog/cli-services.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { memoryCache } from '../../shared/src/host/memory-cache.ts';
import { sendByAxios } from '../../shared/src/host/node/send-by-axios.ts';
import { concealing } from '../../shared/src/define/conceal.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Context } from '../../shared/src/define/context.ts';
import { logsIn } from '../../shared/src/define/connection.ts';
import { isDownload } from '../../shared/src/define/download.ts';
import { describeField } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { enrichEvents } from '../../shared/src/webhooks/process-delivery.ts';
import { isThorough } from '../support/thorough.ts';
import { checks, findSecret, inputsOf, plantedConnections, wholeText, type Planted } from './canary/canaries.ts';
import { answers, startEchoServer, type Answer, type EchoServer } from './canary/echo-server.ts';

let echo: EchoServer;

beforeAll(async () => {
  echo = await startEchoServer();
});

afterAll(async () => {
  await echo.close();
  console.log(`Canaries: ${checks.texts} texts looked through, ${checks.secrets} times for a secret.`);
});

/** A host with real requests and a clock that advances only during sleeps. */
function open(): { host: Host; logged: string[]; files: unknown[] } {
  let now = Date.parse('2026-11-20T08:00:00Z');
  const logged: string[] = [];
  const files: unknown[] = [];
  const host: Host = {
    platform: 'n8n',
    http: (request) => sendByAxios(request),
    now: () => now,
    sleep: async (milliseconds) => void (now += milliseconds),
    random: () => 0.5,
    cache: memoryCache(() => now),
    once: async () => true,
    files: {
      async save({ bytes, ...file }) {
        // The bytes of a file are data and may contain anything; they are only read to the end.
        for await (const _piece of bytes);
        files.push(file);
        return { saved: file };
      },
      read: async () => ({
        name: 'a.csv',
        mediaType: 'text/csv',
        size: 8,
        open: async () =>
          (async function* () {
            yield Buffer.from('a,b\n1,2\n');
          })(),
      }),
    },
    log: { info: (line) => void logged.push(line), warn: (line) => void logged.push(line) },
    lastingFolder: '/nonexistent',
  };
  return { host, logged, files };
}

const kinds: readonly Answer[] = ['400', 'object', 'page 500', 'table', 'redirect'];
let turn = 0;

/**
 * Responses for the first and for further connections: all in the load tests; in `npm test` two of the five kinds in turn, so that
 * the works of a service share them.
 */
function answersFor(connection: number): readonly Answer[] {
  if (isThorough) return connection === 0 ? answers : ['400', '401', 'object'];
  if (connection > 0) return ['object'];
  turn += 2;
  return [turn - 2, turn - 1].map((index) => kinds[index % kinds.length] as Answer);
}

/** A service with every connection that it may need, each filled with canaries. */
function settingsOf(service: Service): { own: Planted; further: Map<string, Planted> }[] {
  const readsSources = service.operations.some(({ input }) => input['source']);
  const further = readsSources ? [...new Set(datasetSources.map(({ connection }) => connection))] : [];
  const own = logsIn(service.connection)
    ? plantedConnections(service.connection, echo.url)
    : [{ values: {}, secrets: [] }];
  const lists = new Map(further.map((connection) => [connection.key, plantedConnections(connection, echo.url)]));
  const most = Math.max(own.length, ...[...lists.values()].map(({ length }) => length));
  const at = (list: Planted[], index: number): Planted => list[index % list.length] as Planted;
  return Array.from({ length: most }, (_, index) => ({
    own: at(own, index),
    further: new Map([...lists].map(([key, list]) => [key, at(list, index)])),
  }));
}

/** How many works of each service have been run. */
const turns = new Map<Service, number>();

/** Which of `count` connections the next work of a service is run with: the first one, and the others in turn. */
function inTurn(service: Service, count: number): number[] {
  const turn = turns.get(service) ?? 0;
  turns.set(service, turn + 1);
  return count > 1 ? [0, 1 + (turn % (count - 1))] : [0];
}

/**
 * Runs work with connections and responses; no result, error, log line or file may contain a secret.
 * @param connections which connections `npm test` uses; the load tests use all of them. In turn: the works of a service
 * share them, because all of its works log in alike
 */
async function everyWay(
  service: Service,
  work: (context: Context, connection: Record<string, unknown>) => Promise<unknown>,
  connections: 'all' | 'in turn' | 'first' = 'in turn',
): Promise<void> {
  const settings = settingsOf(service);
  const all = [...settings.keys()];
  const chosen =
    isThorough || connections === 'all' ? all : connections === 'first' ? [0] : inTurn(service, settings.length);
  for (const index of chosen) {
    const { own, further } = settings[index] as (typeof settings)[number];
    const secrets = [...own.secrets, ...[...further.values()].flatMap((planted) => planted.secrets)];
    let connection: Record<string, unknown>;
    try {
      connection = checkInput(service.connection.fields, own.values);
    } catch {
      continue;
    }
    // No database responds here; the sources of datasets are covered by the service Dataset.
    for (const answer of service.key === 'sqlTable' ? (['400', 'table'] as const) : answersFor(index)) {
      echo.answerWith(answer);
      const { host, logged, files } = open();
      const connectionOf = async (key: string) =>
        checkInput(
          datasetSources.find(({ connection: one }) => one.key === key)?.connection.fields ?? {},
          further.get(key)?.values ?? {},
        );
      const came: unknown = await work({ host, connection, connectionOf }, connection).catch((error: unknown) => error);
      const found = [wholeText(came), logged.join('\n'), JSON.stringify(files)]
        .map((text) => findSecret(text, secrets))
        .find((one) => one !== undefined);
      if (found !== undefined) throw new Error(`With the answer “${answer}”: ${found}`);
    }
  }
}

/** Operations that send no HTTP request to a vendor. */
const silent = new Set([
  'slack.drawRunTimeline',
  'webhookActivity.completeActivity',
  'sqlTable.loadDataset',
  'sqlTable.exportTable',
  'sqlTable.exportQuery',
]);

describe.each(cliServices.map((service) => [service.name, service] as const))(
  'No secret of %s appears',
  (_name, service) => {
    if (service.operations.length > 0) {
      it.each(service.operations.map((operation) => [operation.name, operation] as const))(
        'in %s',
        async (_operation, operation) => {
          const before = echo.requests();
          const inputs = inputsOf(service, operation, { path: 'a.csv' }, `${echo.url}/a.csv`);
          for (const [index, typed] of inputs.entries()) {
            const every = (work: (context: Context) => Promise<unknown>) =>
              everyWay(service, work, index > 0 ? 'first' : 'in turn');
            await every(async (context) => operation.run(typed, context));
            if (isDownload(operation)) {
              await every(async (context) => {
                const { bytes, ...opened } = await operation.open(typed, context);
                for await (const _piece of bytes);
                return opened;
              });
            }
            const { callback } = operation.kind === 'action' ? operation : {};
            if (callback) {
              await every(async (context) => (await callback.start(typed, context, () => `${echo.url}/hook`)).output);
              await every(async (context) =>
                callback.readFinished({ id: '1', runId: '1', pipeline: '1', job: '1' }, context),
              );
            }
          }
          if (!silent.has(`${service.key}.${operation.key}`)) expect(echo.requests()).toBeGreaterThan(before);
        },
      );

      it('in dropdown choices', async () => {
        const done = new Set<unknown>();
        for (const operation of service.operations) {
          for (const field of Object.values(operation.input)) {
            const { choices, declared } = describeField(field);
            if (done.has(choices?.key ?? declared)) continue;
            done.add(choices?.key ?? declared);
            const [typed = {}] = inputsOf(service, operation, undefined).slice(-1);
            if (choices)
              await everyWay(service, (context) =>
                concealing(service, context, (own) => choices.load({ input: typed }, own)),
              );
            if (declared)
              await everyWay(service, (context) => concealing(service, context, (own) => declared.load(typed, own)));
          }
        }
      });
    }

    it('in the connection test', async () => {
      await everyWay(service, async (context) => service.connection.test(context), 'all');
    });

    if (service.triggers.length > 0) {
      it.each(service.triggers.map((trigger) => [trigger.name, trigger] as const))(
        'in the trigger %s',
        async (_trigger, trigger) => {
          const [typed = {}] = inputsOf(service, trigger, undefined).slice(-1);
          const since = new Date('2026-11-19T00:00:00Z');
          const input = { ...typed, filter: undefined };
          if (trigger.how === 'polling')
            return everyWay(service, async (context) =>
              (await trigger.poll(input, since, context)).map(({ data }) => data),
            );
          const { subscriber, missed, recent } = trigger;
          const subscription = { id: '1', secret: 'c4nary-of-the-subscription/+' };
          if (missed) await everyWay(service, async (context) => missed(input, since, context));
          if (recent) await everyWay(service, async (context) => recent(input, context));
          if (subscriber) {
            // The platform stores the result, which may contain the secret; errors must not.
            await everyWay(
              service,
              async (context) => void (await subscriber.subscribe(input, 'https://n8n.example/hook', context)),
            );
            await everyWay(service, async (context) =>
              subscriber.isSubscribed(subscription, 'https://n8n.example/hook', context),
            );
            await everyWay(service, async (context) => subscriber.unsubscribe(subscription, context));
          }
          await everyWay(service, async (context, connection) => {
            const said = Object.values(connection).join(' ');
            const body = JSON.stringify(trigger.example(since), (key, value: unknown) =>
              typeof value === 'string' && /message|name|description|reason|error|status|text|label|title/i.test(key)
                ? `${value} ${said}`
                : value,
            );
            const events = trigger.events(JSON.parse(body), input, connection, {
              headers: { 'x-event': said },
              repeatKey: () => 'one',
              bodyHash: () => 'two',
            });
            return [
              events.map(({ data }) => data),
              (await enrichEvents(trigger, events, input, context)).map(({ data }) => data),
            ];
          });
          return undefined;
        },
      );
    }
  },
);
