import type { INodeParameters, OnError } from 'n8n-workflow';
import { credentialName, resourceValue } from '../../../n8n-nodes/adapter/names.ts';
import { packages } from '../../../scripts/generate/packages.ts';
import { logsIn, type Connection } from '../../../shared/src/define/connection.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import { checks, findSecret, inputsOf, plantedConnections, wholeText } from '../../conformance/canary/canaries.ts';
import { startEchoServer, type Answer, type EchoServer } from '../../conformance/canary/echo-server.ts';
import { isThorough } from '../../support/thorough.ts';
import { openN8n, type Credentials, type N8n } from './open-n8n.ts';

/** Operations that send no requests, each with the reason. */
const silent: Record<string, string> = {
  drawRunTimeline: 'draws the steps of a run that it is given',
  completeActivity: 'calls only addresses of Azure',
};

/** The execution is stopped after this many requests: it waits for a status that the echo server never returns. */
const mostRequests = 4;

let n8n: N8n;
let echo: EchoServer;
let credentials: Credentials;
let secrets: string[];
let log: jest.SpyInstance[];

const services = Object.values(packages).flatMap(({ strict, services: own }) => (strict ? own : []));
const every = services.flatMap((service) =>
  service.operations.map((operation) => [`${operation.name} of ${service.name}`, service, operation] as const),
);
const tried: readonly Answer[] = ['400', 'object'];

/** Settings of On Error: both in the load tests; in `npm test` one, which alternates between the operations. */
function waysToFail(operation: Operation): readonly OnError[] {
  const index = every.findIndex(([, , one]) => one === operation);
  const all = ['stopWorkflow', 'continueRegularOutput'] as const;
  return isThorough ? all : [all[index % all.length] as OnError];
}
const file = [{ json: {}, binary: { data: { data: 'YSxiCjEsMgo=', mimeType: 'text/csv', fileName: 'a.csv' } } }];
const connectionsOf = ({ connection }: Service): Connection[] => [connection].filter(logsIn);

/** The logger that all n8n nodes share. */
function loggerOf({ core }: N8n): Record<'debug' | 'info' | 'warn' | 'error', (line: string) => void> {
  for (let holder: unknown = core.ExecuteContext.prototype; holder; holder = Object.getPrototypeOf(holder)) {
    const logger: unknown = Object.getOwnPropertyDescriptor(holder, 'logger')?.get?.call({});
    if (logger) return logger as ReturnType<typeof loggerOf>;
  }
  throw new Error('Nodes of n8n have no logger.');
}

beforeAll(async () => {
  echo = await startEchoServer();
  n8n = await openN8n();
  const connections = new Map(services.flatMap(connectionsOf).map((one) => [one.key, one]));
  const planted = [...connections.values()].map((connection) => ({
    connection,
    ...plantedConnections(connection, echo.url)[0],
  }));
  credentials = Object.fromEntries(planted.map(({ connection, values = {} }) => [credentialName(connection), values]));
  secrets = planted.flatMap((one) => one.secrets ?? []);
  const logger = loggerOf(n8n);
  log = (['debug', 'info', 'warn', 'error'] as const).map((level) => jest.spyOn(logger, level));
});

afterAll(async () => {
  await n8n.close();
  await echo.close();
  console.log(`Canaries in n8n: ${checks.texts} texts looked through, ${checks.secrets} times for a secret.`);
});

function nothingShows(answer: Answer, shown: string): void {
  const found = findSecret(
    `${shown}\n${wholeText(log.map(({ mock }) => mock.calls.map((words: unknown[]) => words.map(wholeText))))}`,
    secrets,
    1,
  );
  for (const one of log) one.mockClear();
  if (found !== undefined) throw new Error(`With the answer “${answer}”: ${found}`);
}

function parametersOf(service: Service, operation: Operation): INodeParameters {
  // The first dataset source is a file; the second one is a URL.
  const inputs = inputsOf(service, operation, 'data', `${echo.url}/a.csv`);
  const typed = (operation.input['source'] ? inputs[1] : inputs[0]) ?? {};
  const values = Object.entries(typed)
    .filter(([name]) => name in operation.input)
    .map(([name, value]) => {
      const { kind, choices, idFromUrl } = describeField(operation.input[name] as Field);
      // The only rows of an operation are rules.
      if (kind === 'rows') return [name, { rows: [value].flat().map((rule) => ({ rule: 'text', value: rule })) }];
      return [name, kind === 'text' && (choices || idFromUrl) ? { __rl: true, mode: 'id', value } : value];
    });
  return {
    resource: resourceValue(operation.resource),
    operation: operation.key,
    ...Object.fromEntries(values),
  } as INodeParameters;
}

it.each(every)('no secret appears in n8n when running %s', async (_name, service, operation) => {
  const begin = echo.requests();
  const used = Object.fromEntries(
    connectionsOf(service).map((one) => [credentialName(one), credentials[credentialName(one)] ?? {}]),
  );
  for (const answer of tried) {
    echo.answerWith(answer);
    for (const onError of answer === '400' ? waysToFail(operation) : (['stopWorkflow'] as const)) {
      const before = echo.requests();
      const stopWhen = () => echo.requests() - before >= mostRequests;
      const came = await n8n.execute(
        { node: service.key, credentials: used, parameters: parametersOf(service, operation), onError },
        file,
        { stopWhen },
      );
      const items = came.outputs.map((output) =>
        output.map(({ json, error, binary = {} }) => [
          json,
          error ? wholeText(error) : '',
          Object.values(binary).map(({ fileName, mimeType }) => [fileName, mimeType]),
        ]),
      );
      nothingShows(answer, `${wholeText(came.error ?? '')}\n${JSON.stringify(items)}`);
    }
  }
  if (!(operation.key in silent)) expect(echo.requests()).toBeGreaterThan(begin);
});

const nodes = services.map(({ key, operations }) => (operations.length > 0 ? key : `${key}Trigger`));

it.each(nodes)('no secret appears in n8n when testing the credential of %s', async (node) => {
  const type = n8n.nodeType(node);
  for (const used of type.description.credentials ?? []) {
    const method = type.methods?.credentialTest?.[String(used.testedBy)];
    if (!method) continue;
    for (const answer of tried) {
      echo.answerWith(answer);
      const context = new n8n.core.CredentialTestContext(n8n.set({ node }).additionalData);
      nothingShows(
        answer,
        wholeText(
          await method.call(context, {
            id: '1',
            name: 'Mine',
            type: used.name,
            data: credentials[used.name] as never,
          }),
        ),
      );
    }
  }
});
