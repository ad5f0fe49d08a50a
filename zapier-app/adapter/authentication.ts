import type { Authentication, Bundle, ZObject } from 'zapier-platform-core';
import { describeError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import { describeFieldOn, type Field } from '../../shared/src/define/fields.ts';
import { conditionOf } from './condition.ts';
import {
  authenticationKey,
  connectionsOf,
  isFilledIn,
  offeredFields,
  readConnection,
  type AppConnection,
} from './connections.ts';
import { choicesOf } from './dropdown.ts';
import { openHost } from './host.ts';
import { asMarkdown } from './markdown.ts';
import { enumerate } from './names.ts';
import type { Settings } from './settings.ts';

type AuthField = NonNullable<Authentication['fields']>[number];

const types: Partial<Record<string, AuthField['type']>> = {
  integer: 'integer',
  boolean: 'boolean',
  'date-time': 'datetime',
};

function authField({ connection, required }: AppConnection, name: string, field: Field): AuthField {
  const info = describeFieldOn('zapier', field);
  const { label, help, placeholder, kind, secret, multiline, options, default: initial } = info;
  // Zapier cannot hide a field of a connection, so the help says when it matters.
  const condition = conditionOf(info, connection.fields);
  const helpText = `${condition}${help ?? ''}`;
  return {
    key: authenticationKey(connection, name),
    label,
    type: secret ? 'password' : (types[kind] ?? (multiline ? 'text' : 'string')),
    required: required && info.required && condition === '',
    ...(helpText ? { helpText: asMarkdown(helpText) } : {}),
    ...(placeholder ? { placeholder } : {}),
    ...(options ? { choices: choicesOf(options) } : {}),
    ...(initial === undefined ? {} : { default: String(initial) }),
  };
}

/** The heading of a connection: what it is, where to find the values and, if it is optional, which services need it. */
function heading({ connection, usedBy, required }: AppConnection): AuthField {
  const services = required ? '' : `Required for ${enumerate(usedBy)}; otherwise leave these fields empty. `;
  return {
    key: connection.key,
    type: 'copy',
    required: false,
    helpText: `**${connection.name}**\n\n${services}${connection.description} [Learn more](${connection.documentationUrl})`,
  };
}

/** The connections to test. @throws Error if the form is empty, unless the app's steps can also do without its connection */
function connectionsToTest(
  connections: readonly AppConnection[],
  z: ZObject,
  bundle: Bundle,
): readonly AppConnection[] {
  const filled = connections.filter(({ connection }) => isFilledIn(connection, bundle.authData ?? {}));
  const [only, ...further] = connections;
  if (filled.length > 0 || !only) return filled;
  if (further.length === 0) return only.required ? [only] : [];
  throw new z.errors.Error(
    `The connection is empty. Fill in at least one group: ${enumerate(connections.map(({ connection }) => connection.name))}.`,
    'not-connected',
  );
}

/**
 * The connection form of the app. Zapier allows one per app, so an app with several connections has an optional group of fields
 * for each; users may create several connections and fill in a different group in each.
 */
export function authenticationOf(settings: Settings): Authentication {
  const connections = connectionsOf(settings.services);

  async function test(z: ZObject, bundle: Bundle): Promise<{ label: string; connected: string[] }> {
    const tested = connectionsToTest(connections, z, bundle);
    const names = tested.map(({ connection }) => connection.name);
    const save = () => Promise.reject(new Error('The test of a connection stores no files.'));
    const host = openHost(z, bundle, { maxWaitSeconds: settings.maxWaitSeconds, save });
    try {
      const results = await Promise.allSettled(
        tested.map(async ({ connection }) =>
          connection.test({ host, connection: readConnection(connection, bundle.authData ?? {}) }),
        ),
      );
      const failures = results.flatMap((result, index) =>
        result.status === 'rejected' ? [`${names[index]}: ${redact(describeError(result.reason, 'zapier'))}`] : [],
      );
      if (failures.length > 0) throw new z.errors.Error(failures.join('\n'), 'not-connected');
      const accounts = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      return { label: labelOf(connections, names, accounts), connected: names };
    } finally {
      host.close();
    }
  }

  return {
    type: 'custom',
    fields: connections.flatMap((entry) => [
      heading(entry),
      ...offeredFields(entry.connection).map(([name, field]) => authField(entry, name, field)),
    ]) as Authentication['fields'],
    test,
    connectionLabel: '{{label}}',
  };
}

/** The label of a connection, which Zapier shows after the app's name: the account, with the group if the form has several. */
function labelOf(connections: readonly AppConnection[], names: readonly string[], accounts: readonly string[]): string {
  if (accounts.length === 0) return `No ${connections[0]?.connection.name}`;
  if (connections.length === 1) return accounts.join();
  return accounts.map((account, index) => `${names[index]}: ${account}`).join('; ');
}
