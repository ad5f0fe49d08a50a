import type { INodeParameters } from 'n8n-workflow';
import { packages } from '../../../scripts/generate/packages.ts';
import { credentialName, resourceValue } from '../../../n8n-nodes/adapter/names.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import { neededFields, said, secretField, unknownInput, withoutLogin } from '../parity/refusals.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type Credentials, type Executed, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;
let credentials: Credentials;

/** Datasets do not log in themselves and have their own tests. */
const every = Object.values(packages)
  .flatMap(({ strict, services }) => (strict ? services : []))
  .filter(({ connection }) => logsIn(connection))
  .flatMap((service) =>
    service.operations.map((operation) => [`${operation.name} in ${service.name}`, service, operation] as const),
  );

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n();
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

beforeEach(() => {
  sandbox.control.reset();
  credentials = sandboxCredentials(sandbox);
});

/** An expression without a result: n8n itself only detects fields that were never filled in. */
const empty = "={{ $json['there is nothing here'] }}";

/** The form values as n8n stores them: a value from a list includes the mode in which it was entered. */
function filledIn(service: Service, operation: Operation, emptyField?: string): INodeParameters {
  const values = Object.entries(unknownInput(service, operation, 'data')).map(([name, known]) => {
    const { kind, choices, idFromUrl } = describeField(operation.input[name] as Field);
    const value = name === emptyField ? empty : known;
    return [name, kind === 'text' && (choices || idFromUrl) ? { __rl: true, mode: 'id', value } : value];
  });
  const chosen = { resource: resourceValue(operation.resource), operation: operation.key };
  return { ...chosen, ...Object.fromEntries(values) } as INodeParameters;
}

const secretsOf = (values: Credentials): string[] =>
  Object.values(values).flatMap((own) =>
    Object.entries(own).flatMap(([name, value]) => (/secret|token|password/i.test(name) ? [String(value)] : [])),
  );

/** The message and the hint of an error; both are required, and neither may contain a secret. */
function explained({ error }: Executed): string {
  if (!error) throw new Error('Nothing went wrong.');
  const all = JSON.stringify([error.message, error.description, error]);
  for (const secret of secretsOf(sandboxCredentials(sandbox))) expect(all).not.toContain(secret);
  expect(error.message).toMatch(/\S.{10,}/);
  expect(error.description).toMatch(/\S.{10,}/);
  return `${error.message} | ${error.description}`;
}

const file = [{ json: {}, binary: { data: { data: 'YSxiCjEsMgo=', mimeType: 'text/csv', fileName: 'a.csv' } } }];

describe.each(every)('%s', (_name, service, operation) => {
  const credential = credentialName(service.connection);
  const run = (emptyField?: string) =>
    n8n.execute({ node: service.key, credentials, parameters: filledIn(service, operation, emptyField) }, file);

  if (!(operation.key in withoutLogin)) {
    it('explains what to do about a wrong secret', async () => {
      credentials[credential] = { ...credentials[credential], [secretField(service)]: 'xoxb-wrong' };
      expect(explained(await run())).toMatch(said.wrongSecret);
    });
  }

  it('names a required field that is empty', async () => {
    for (const name of neededFields(operation))
      expect(explained(await run(name))).toContain(`“${describeField(operation.input[name] as Field).label}”`);
  });

  it('explains what to check when something does not exist', async () => {
    const result = await run();
    if (operation.kind === 'search' && !result.error) expect(result.items).toEqual([]);
    else expect(explained(result)).toMatch(said.unknown);
  });

  if (!(operation.key in withoutLogin)) {
    it('explains who can grant a missing permission', async () => {
      const fault = { kind: 'status', status: 403, body: { message: 'No entry' } } as const;
      sandbox.faults.add({ match: { path: /.*/ }, times: 50, fault });
      expect(explained(await run())).toMatch(said.forbidden);
    });
  }
});
