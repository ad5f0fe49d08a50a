import { PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import { describeField, type Field } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';

/** What a person filled in once, under the keys of all groups. */
export type AuthData = Record<string, unknown>;

/** The key of a field in the one connection that Zapier allows: `azure_tenantId`. */
export function authenticationKey(connection: Connection, field: string): string {
  return `${connection.key}_${field}`;
}

/** The fields of a connection that are offered on Zapier, by name. */
export function offeredFields(connection: Connection): [string, Field][] {
  return Object.entries(connection.fields).filter(([, field]) => describeField(field).notOn?.zapier === undefined);
}

/** Every connection of the services, each once, with the names of the services that use it. */
export function connectionsOf(services: readonly Service[]): { connection: Connection; usedBy: string[] }[] {
  const found = new Map<string, { connection: Connection; usedBy: string[] }>();
  for (const service of services) {
    if (logsIn(service.connection)) {
      const entry = found.get(service.connection.key) ?? { connection: service.connection, usedBy: [] };
      entry.usedBy.push(service.name);
      found.set(service.connection.key, entry);
    }
    for (const { connection } of service.furtherConnections ?? []) {
      if (!found.has(connection.key)) found.set(connection.key, { connection, usedBy: [] });
    }
  }
  return [...found.values()];
}

function ownValues(connection: Connection, authData: AuthData): AuthData {
  return Object.fromEntries(
    offeredFields(connection).map(([name]) => [name, authData[authenticationKey(connection, name)]]),
  );
}

/** Whether a person filled in a group; a field that the form fills in by itself does not count. */
export function isFilledIn(connection: Connection, authData: AuthData): boolean {
  const values = ownValues(connection, authData);
  return offeredFields(connection).some(([name, field]) => {
    const value = values[name];
    return value !== undefined && value !== null && value !== '' && describeField(field).default === undefined;
  });
}

/**
 * The checked values of one group.
 * @throws PipewrightError `not-connected` that names the group and what to fill in
 */
export function readConnection(connection: Connection, authData: AuthData): Record<string, unknown> {
  if (logsIn(connection) && !isFilledIn(connection, authData)) {
    const needed = offeredFields(connection)
      .map(([, field]) => describeField(field))
      .filter(({ advanced, default: initial }) => !advanced && initial === undefined);
    throw new PipewrightError({
      code: 'not-connected',
      message: `The connection holds nothing for “${connection.name}”.`,
      hint: `Edit it under Apps in Zapier, or make another one, and fill in the group “${connection.name}”: ${needed.map(({ label }) => label).join(', ')}.`,
    });
  }
  try {
    return checkInput(connection.fields, ownValues(connection, authData));
  } catch (error) {
    if (!(error instanceof PipewrightError)) throw error;
    throw new PipewrightError({
      code: 'not-connected',
      message: `In the group “${connection.name}” of the connection: ${error.message}`,
      hint: 'Edit the connection under Apps in Zapier, correct the group and try again.',
    });
  }
}
