import { PipewrightError } from '../../shared/src/host/error.ts';
import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import { describeField, type Field } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { conditionOf } from './condition.ts';
import { enumerate } from './names.ts';

/** The values of the app's connection form. */
export type AuthData = Record<string, unknown>;

/**
 * The key of a field in the connection form: `azure_tenantId`, the same in every app. Connections store it, so it must not change
 * (docs/decisions/0007-one-zapier-app-per-service.md).
 */
export function authenticationKey(connection: Connection, field: string): string {
  return `${connection.key}_${field}`;
}

/** The fields of a connection that Zapier shows, by name. */
export function offeredFields(connection: Connection): [string, Field][] {
  return Object.entries(connection.fields).filter(([, field]) => describeField(field).notOn?.zapier === undefined);
}

/** A connection of the app. */
export interface AppConnection {
  connection: Connection;
  /** Names of the services that use it. */
  usedBy: string[];
  /** Whether every step needs it: then its form has required fields. */
  required: boolean;
}

/** The connections of the services without duplicates. */
export function connectionsOf(services: readonly Service[]): AppConnection[] {
  const found = new Map<string, { connection: Connection; usedBy: string[] }>();
  for (const service of services) {
    if (!logsIn(service.connection)) continue;
    const entry = found.get(service.connection.key) ?? { connection: service.connection, usedBy: [] };
    entry.usedBy.push(service.name);
    found.set(service.connection.key, entry);
  }
  return [...found.values()].map((entry) => ({
    ...entry,
    required: services.every((service) => service.connection === entry.connection),
  }));
}

function valuesOf(connection: Connection, authData: AuthData): AuthData {
  return Object.fromEntries(
    offeredFields(connection).map(([name]) => [name, authData[authenticationKey(connection, name)]]),
  );
}

/** Whether the fields of a connection were filled in. A field with its default does not count. */
export function isFilledIn(connection: Connection, authData: AuthData): boolean {
  const values = valuesOf(connection, authData);
  return offeredFields(connection).some(([name, field]) => {
    const value = values[name];
    return (value ?? '') !== '' && String(value) !== String(describeField(field).default ?? '');
  });
}

/**
 * The checked values of a connection.
 * @throws PipewrightError `not-connected` that names the connection and the fields to fill in
 */
export function readConnection(connection: Connection, authData: AuthData): Record<string, unknown> {
  if (logsIn(connection) && !isFilledIn(connection, authData)) {
    const asked = offeredFields(connection)
      .map(([, field]) => describeField(field))
      .filter((info) => !info.advanced && info.default === undefined);
    const always = asked.filter((info) => conditionOf(info, connection.fields) === '');
    const labels = enumerate(
      (always.length > 0 ? always : asked).map(({ label }) => label),
      always.length > 0 ? 'and' : 'or',
    );
    throw new PipewrightError({
      code: 'not-connected',
      message: `The connection has no values for “${connection.name}”.`,
      hint: `Edit the connection under Apps in Zapier and fill in ${labels} under “${connection.name}”.`,
    });
  }
  try {
    return connection.check(valuesOf(connection, authData));
  } catch (error) {
    if (!(error instanceof PipewrightError)) throw error;
    throw new PipewrightError({
      code: 'not-connected',
      message: `In the connection, under “${connection.name}”: ${error.message}`,
      hint: 'Edit the connection under Apps in Zapier, correct the field and try again.',
    });
  }
}
