import type { Authentication, Bundle, ZObject } from 'zapier-platform-core';
import { describeError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { Connection } from '../../shared/src/define/connection.ts';
import { describeFieldOn, type Field } from '../../shared/src/define/fields.ts';
import { authenticationKey, connectionsOf, isFilledIn, offeredFields, readConnection } from './connections.ts';
import { choicesOf } from './dropdown.ts';
import { openHost } from './host.ts';
import { enumerate } from './names.ts';
import type { Settings } from './settings.ts';

type AuthField = NonNullable<Authentication['fields']>[number];

const types: Partial<Record<string, AuthField['type']>> = {
  integer: 'integer',
  boolean: 'boolean',
  'date-time': 'datetime',
};

function authField(connection: Connection, name: string, field: Field): AuthField {
  const {
    label,
    help,
    placeholder,
    kind,
    secret,
    multiline,
    options,
    default: initial,
  } = describeFieldOn('zapier', field);
  return {
    key: authenticationKey(connection, name),
    label,
    type: secret ? 'password' : (types[kind] ?? (multiline ? 'text' : 'string')),
    required: false,
    ...(help ? { helpText: help } : {}),
    ...(placeholder ? { placeholder } : {}),
    ...(options ? { choices: choicesOf(options) } : {}),
    ...(initial === undefined ? {} : { default: String(initial) }),
  };
}

/** The heading of a group: which services need it and where to find the values. */
function heading(connection: Connection, usedBy: string[]): AuthField {
  const services = usedBy.length === 0 ? '' : `Required for ${enumerate(usedBy)}; otherwise leave these fields empty. `;
  return {
    key: connection.key,
    type: 'copy',
    required: false,
    helpText: `**${connection.name}**\n\n${services}${connection.description} [Learn more](${connection.documentationUrl})`,
  };
}

/**
 * The connection of the app: Zapier allows one form per app, so it has an optional group of fields for each connection of the
 * services. Users may create several connections and fill in a different group in each.
 */
export function authenticationOf(settings: Settings): Authentication {
  const connections = connectionsOf(settings.services);

  async function test(z: ZObject, bundle: Bundle): Promise<{ label: string; connected: string[] }> {
    const filled = connections.filter(({ connection }) => isFilledIn(connection, bundle.authData ?? {}));
    if (filled.length === 0) {
      throw new z.errors.Error(
        `The connection is empty. Fill in at least one group: ${enumerate(connections.map(({ connection }) => connection.name))}.`,
        'not-connected',
      );
    }
    const save = () => Promise.reject(new Error('The test of a connection stores no files.'));
    const host = openHost(z, bundle, { maxWaitSeconds: settings.maxWaitSeconds, save });
    try {
      const results = await Promise.allSettled(
        filled.map(async ({ connection }) =>
          connection.test({ host, connection: readConnection(connection, bundle.authData ?? {}) }),
        ),
      );
      const failures = results.flatMap((result, index) =>
        result.status === 'rejected'
          ? [`${filled[index]?.connection.name}: ${redact(describeError(result.reason, 'zapier'))}`]
          : [],
      );
      if (failures.length > 0) throw new z.errors.Error(failures.join('\n'), 'not-connected');
      const named = filled.map(({ connection, usedBy }, index) => {
        const result = results[index] as PromiseFulfilledResult<string>;
        return { services: usedBy.length > 0 ? enumerate(usedBy) : connection.name, name: result.value };
      });
      return {
        label: named.map(({ services, name }) => `${services}: ${name}`).join('; '),
        connected: named.map(({ services }) => services),
      };
    } finally {
      host.close();
    }
  }

  return {
    type: 'custom',
    fields: connections.flatMap(({ connection, usedBy }) => [
      heading(connection, usedBy),
      ...offeredFields(connection).map(([name, field]) => authField(connection, name, field)),
    ]) as Authentication['fields'],
    test,
    connectionLabel: '{{label}}',
  };
}
