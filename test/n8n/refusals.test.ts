import type { INodeParameters } from 'n8n-workflow';
import { packages } from '../../n8n-nodes/readme-tables.ts';
import { credentialName, resourceValue } from '../../n8n-nodes/face/names.ts';
import { describeField } from '../../shared/src/operations/fields.ts';
import type { Operation } from '../../shared/src/operations/operation.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type Credentials, type Executed, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;
let credentials: Credentials;

const every = packages.pipewright.flatMap((service) =>
  service.operations.map((operation) => [`${operation.name} in ${service.name}`, service, operation] as const),
);

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n('pipewright');
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

beforeEach(() => {
  sandbox.control.reset();
  credentials = sandboxCredentials(sandbox);
});

/** An expression that finds nothing: n8n itself only notices fields that were never filled in. */
const empty = "={{ $json['there is nothing here'] }}";

/** What a form needs beside its required fields. */
const besides: Record<string, INodeParameters> = { sendMessage: { text: 'Hello' } };

/** A form in which every field that must be filled in holds something that no vendor knows. */
function filledIn({ key, resource, input }: Operation, unknown: string, emptyField?: string): INodeParameters {
  const values = Object.entries(input).flatMap(([name, field]): [string, unknown][] => {
    const { kind, required, choices, idFromUrl, options } = describeField(field);
    if (!required) return [];
    if (kind === 'option') return [[name, options?.[0]?.value]];
    const known = kind === 'file' ? 'data' : kind === 'text' ? (name === 'factory' ? 'nowhere/nothing' : unknown) : 1;
    const value = name === emptyField ? empty : known;
    return [[name, kind === 'text' && (choices || idFromUrl) ? { __rl: true, mode: 'id', value } : value]];
  });
  const form = { resource: resourceValue(resource), operation: key, ...besides[key], ...Object.fromEntries(values) };
  return form as INodeParameters;
}

const secretsOf = (values: Credentials): string[] =>
  Object.values(values).flatMap((own) =>
    Object.entries(own).flatMap(([name, value]) => (/secret|token|password/i.test(name) ? [String(value)] : [])),
  );

/** The message and the hint of an error; both must be there, and neither may hold a secret. */
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
  const unknown = service.key === 'dbt' ? '999999' : 'unknown-1';
  const run = (parameters: INodeParameters) => n8n.execute({ node: service.key, credentials, parameters }, file);

  it('says what to do when the secret is wrong', async () => {
    const own = credentials[credential] as Record<string, unknown>;
    const secret = ['clientSecret', 'apiToken', 'botToken'].find((field) => field in own) as string;
    credentials[credential] = { ...own, [secret]: 'xoxb-wrong' };
    expect(explained(await run(filledIn(operation, unknown)))).toMatch(/(the|its) (client )?secret|API token|Bot User OAuth Token/);
  });

  it('names a field that turns out to be empty', async () => {
    for (const [name, field] of Object.entries(operation.input)) {
      const { label, required, kind } = describeField(field);
      if (!required || kind === 'option') continue;
      expect(explained(await run(filledIn(operation, unknown, name)))).toContain(`“${label}”`);
    }
  });

  it('says what to check when there is no such thing', async () => {
    const result = await run(filledIn(operation, unknown));
    if (operation.kind === 'search' && !result.error) expect(result.items).toEqual([]);
    else expect(explained(result)).toMatch(/Check |Pick /);
  });

  it('says who must allow it when the vendor forbids it', async () => {
    const fault = { kind: 'status', status: 403, body: { message: 'No entry' } } as const;
    sandbox.faults.add({ match: { path: /.*/ }, times: 50, fault });
    expect(explained(await run(filledIn(operation, unknown)))).toMatch(/role|share|token|administrator|Entra/);
  });
});
