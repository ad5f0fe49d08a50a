import type { INodeParameters } from 'n8n-workflow';
import { credentialName, resourceValue } from '../../n8n-nodes/face/names.ts';
import { packages } from '../../n8n-nodes/readme-tables.ts';
import { logsIn, type Connection } from '../../shared/src/operations/connection.ts';
import { describeField, type Field } from '../../shared/src/operations/fields.ts';
import type { Operation } from '../../shared/src/operations/operation.ts';
import type { Service } from '../../shared/src/operations/service.ts';
import { checks, findSecret, inputsOf, plantedConnections, wholeText } from '../canary/canaries.ts';
import { startEchoServer, type Answer, type EchoServer } from '../canary/echo-server.ts';
import { openN8n, type Credentials, type N8n } from './open-n8n.ts';

let n8n: N8n;
let echo: EchoServer;
let credentials: Credentials;
let secrets: string[];

const services = packages.pipewright;
const every = services.flatMap((service) => service.operations.map((operation) => [`${operation.name} of ${service.name}`, service, operation] as const));
const tried: readonly Answer[] = ['400', '401', 'text 400', 'object', 'table'];
const file = [{ json: {}, binary: { data: { data: 'YSxiCjEsMgo=', mimeType: 'text/csv', fileName: 'a.csv' } } }];

beforeAll(async () => {
  echo = await startEchoServer();
  n8n = await openN8n('pipewright');
  const connections = new Map<string, Connection>(services.flatMap(({ connection, furtherConnections = [] }) => [connection, ...furtherConnections.map((one) => one.connection)]).filter(logsIn).map((one) => [one.key, one]));
  const planted = [...connections.values()].map((connection) => ({ connection, ...plantedConnections(connection, echo.url)[connection.key === 'webAddress' ? 1 : 0] }));
  credentials = Object.fromEntries(planted.map(({ connection, values = {} }) => [credentialName(connection), values]));
  secrets = planted.flatMap((one) => one.secrets ?? []);
});

afterAll(async () => {
  await n8n.close();
  await echo.close();
  console.log(`Canaries in n8n: ${checks.texts} texts looked through, ${checks.secrets} times for a secret.`);
});

function parametersOf(service: Service, operation: Operation): INodeParameters {
  // The first place of a dataset is a file; the second one is a service.
  const inputs = inputsOf(service, operation, 'data');
  const typed = (operation.input['source'] ? inputs[1] : inputs[0]) ?? {};
  const values = Object.entries(typed).map(([name, value]) => {
    const { kind, choices, idFromUrl } = describeField(operation.input[name] as Field);
    return [name, kind === 'text' && (choices || idFromUrl) ? { __rl: true, mode: 'id', value } : value];
  });
  return { resource: resourceValue(operation.resource), operation: operation.key, ...Object.fromEntries(values) } as INodeParameters;
}

it.each(every)('No secret shows in n8n in %s', async (_name, service, operation) => {
  const before = echo.requests();
  const used = Object.fromEntries(Object.entries(credentials).filter(([name]) => [service.connection, ...(service.furtherConnections ?? []).map((one) => one.connection)].some((one) => logsIn(one) && credentialName(one) === name)));
  for (const answer of tried) {
    echo.answerWith(answer);
    for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
      const came = await n8n.execute({ node: service.key, credentials: used, parameters: parametersOf(service, operation), onError }, file);
      const shown = [wholeText(came.error ?? ''), JSON.stringify(came.outputs.map((items) => items.map(({ json, binary = {} }) => [json, Object.values(binary).map(({ fileName, mimeType }) => [fileName, mimeType])])))].join('\n');
      const found = findSecret(shown, secrets, 1);
      if (found !== undefined) throw new Error(`With the answer “${answer}”: ${found}`);
    }
  }
  if (!['drawRunTimeline', 'completeActivity'].includes(operation.key)) expect(echo.requests()).toBeGreaterThan(before);
}, 120_000);
