import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logsIn, type Connection } from '../../../shared/src/define/connection.ts';
import { describeField, describeFieldOn, type Field, type Fields } from '../../../shared/src/define/fields.ts';
import type { Context } from '../../../shared/src/define/context.ts';
import { services } from '../../../shared/src/catalog.ts';
import { checkVerification } from '../../../shared/src/webhooks/check-verification.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { fakeHost } from '../fake-host.ts';

const platforms = ['n8n', 'zapier'] as const;
type Platform = (typeof platforms)[number];

/** Fields that are required only together with a value that a form cannot test, by form and label. */
const requiredInPart: Record<string, string> = {
  'sql: User': 'A login to SQL Server with Microsoft Entra has no user.',
  'restJob: Token URL': 'User Login and Application have a usual path; OAuth 2.0 Client has none.',
  'signedWebhook.eventReceived: Webhook URL': 'A custom HMAC needs it only if Signed Content contains {url}.',
};

/** The fields that decide whether others are shown, each with its values. */
function decidingFields(fields: Fields): [string, unknown[]][] {
  const names = new Set(Object.values(fields).map((field) => describeField(field).shownWhen?.field));
  return Object.entries(fields).flatMap(([name, field]): [string, unknown[]][] => {
    if (!names.has(name)) return [];
    const { kind, options } = describeField(field);
    return [[name, kind === 'boolean' ? [true, false] : (options ?? []).map(({ value }) => value)]];
  });
}

/** Every combination of the values of some fields. */
function combinations(deciding: [string, unknown[]][]): Record<string, unknown>[] {
  return deciding.reduce<Record<string, unknown>[]>(
    (known, [name, values]) => known.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

/** Whether a platform shows a field while the form has these values. */
function isShown(fields: Fields, field: Field, chosen: Record<string, unknown>, platform: Platform): boolean {
  const { shownWhen, notOn } = describeField(field);
  if (notOn?.[platform] !== undefined) return false;
  if (!shownWhen) return true;
  const deciding = fields[shownWhen.field];
  return (
    shownWhen.is.includes(String(chosen[shownWhen.field])) && (!deciding || isShown(fields, deciding, chosen, platform))
  );
}

/** Whether a platform offers every chosen option. */
function isOffered(fields: Fields, chosen: Record<string, unknown>, platform: Platform): boolean {
  return Object.entries(chosen).every(([name, value]) => {
    const { options } = describeFieldOn(platform, fields[name] as Field);
    return typeof value === 'boolean' || options?.some((option) => option.value === value) === true;
  });
}

const { key, certificate } = makeCertificate({ kind: 'rsa' });

/** A value that a field accepts. */
function fill(name: string, field: Field): unknown {
  const { kind, placeholder, secret, options, default: initial } = describeField(field);
  if (initial !== undefined) return initial;
  if (name === 'certificate') return `${key}${certificate}`;
  if (name === 'host') return '127.0.0.1';
  if (kind === 'file') return { name: 'claims.csv', mediaType: 'text/csv', text: 'id,name\n1,a\n' };
  if (kind === 'integer') return 1;
  if (kind === 'option') return options?.[0]?.value;
  if (kind === 'boolean') return true;
  return secret ? 'whsec_c2VjcmV0LW9mLXRoZS1zZW5kZXItb2YtZXZlbnRz' : (placeholder ?? 'x');
}

/** What a form reports if only the fields that it marks as required are filled in. */
interface Filled {
  chosen: Record<string, unknown>;
  values: Record<string, unknown>;
  required: string[];
  optional: string[];
}

/** The forms of a platform: one for each combination of options that shows other fields. */
function filledForms(fields: Fields, platform: Platform): Filled[] {
  return combinations(decidingFields(fields))
    .filter((chosen) => isOffered(fields, chosen, platform))
    .map((chosen) => {
      const shown = Object.entries(fields).filter(
        ([name, field]) => !(name in chosen) && isShown(fields, field, chosen, platform),
      );
      const required = shown.filter(([, field]) => describeFieldOn(platform, field).required);
      const values = { ...chosen, ...Object.fromEntries(required.map(([name, field]) => [name, fill(name, field)])) };
      return {
        chosen,
        values,
        required: required.map(([name]) => name),
        optional: shown.filter((one) => !required.includes(one)).map(([, field]) => describeField(field).label),
      };
    });
}

/** The field that an error calls empty or missing. */
function missingField(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /^(?:.*: )?“?([A-Z][\w ]*?)”? (?:is empty|is missing|must not be empty)/.exec(message)?.[1];
}

async function outcomeOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The values of a connection for one of its logins; a database is a file, so that a load begins. */
const connected = ({ key: name, fields }: Connection): Record<string, unknown> =>
  name === 'sql' ? { engine: 'sqlite', file: 'required-fields.db' } : (filledForms(fields, 'n8n')[0]?.values ?? {});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-fields-'));
});
afterAll(() => rm(folder, { recursive: true }));

const context = (connection: unknown, platform: Platform): Context => ({
  host: fakeHost({ platform, lastingFolder: folder }),
  connection,
});

/** A form and how its values are used. */
interface Form {
  name: string;
  fields: Fields;
  use(values: Record<string, unknown>, platform: Platform): unknown;
}

const connections = [...new Map(services.map(({ connection }) => [connection.key, connection])).values()].filter(
  logsIn,
);

const forms: Form[] = [
  ...connections.map(
    (connection): Form => ({
      name: connection.key,
      fields: connection.fields,
      use: (values, platform) => connection.test(context(connection.check(values), platform)),
    }),
  ),
  ...services.flatMap((service) =>
    service.operations.map(
      (operation): Form => ({
        name: `${service.key}.${operation.key}`,
        fields: operation.input,
        use: (values, platform) =>
          operation.run(values, context(service.connection.check(connected(service.connection)), platform)),
      }),
    ),
  ),
  ...services.flatMap(({ key: service, connection, triggers }) =>
    triggers.flatMap((trigger): Form[] => {
      if (trigger.how === 'polling') return [];
      const use: Form['use'] = (values) =>
        checkVerification(trigger, values, connection.check(connected(connection)), () => {});
      return [{ name: `${service}.${trigger.key}`, fields: trigger.input, use }];
    }),
  ),
];

it.each(forms)('the form of $name marks every field that it requires', async ({ name, fields, use }) => {
  const unmarked = new Set<string>();
  for (const platform of platforms)
    for (const { values, optional, chosen } of filledForms(fields, platform)) {
      const missing = missingField(await outcomeOf(() => use(values, platform)));
      if (missing !== undefined && optional.includes(missing) && !(`${name}: ${missing}` in requiredInPart))
        unmarked.add(`${platform} ${JSON.stringify(chosen)}: ${missing}`);
    }
  expect([...unmarked]).toEqual([]);
});

const senders = services.filter(
  ({ connection }) => 'authentication' in connection.fields && 'secret' in connection.fields,
);

it.each(senders)(
  'a credential for $name verifies events once its required fields are filled in',
  ({ connection, triggers }) => {
    for (const trigger of triggers)
      for (const { values, chosen } of filledForms(connection.fields, 'n8n')) {
        if (trigger.how === 'polling' || chosen['authentication'] === 'none') continue;
        const input = chosen['authentication'] === 'entra' ? { scheme: 'entra', verificationMethod: 'entra' } : {};
        expect(() => checkVerification(trigger, input, connection.check(values), () => {})).not.toThrow();
      }
  },
);
