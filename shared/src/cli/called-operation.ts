import { cliServices, datasetSources } from '../catalog/cli-services.ts';
import { PipewrightError } from '../host/error.ts';
import { isObject } from '../host/is-object.ts';
import type { Host } from '../host/host.ts';
import type { Connection } from '../define/connection.ts';
import type { Context } from '../define/context.ts';
import type { Operation } from '../define/operation.ts';
import type { Service } from '../define/service.ts';
import { readObject } from './read-json.ts';

/** The options for the input and the connection of an operation. */
export const operationWords = { input: { type: 'string' }, connection: { type: 'string' } } as const;

/** An operation with its input and context from the command line. */
export interface CalledOperation {
  operation: Operation;
  input: Record<string, unknown>;
  context: Context;
}

/** Finds an operation, such as `dbt.runJob`, and its service. */
export function findOperation(key: string): { service: Service; operation: Operation } | undefined {
  for (const service of cliServices) {
    const operation = service.operations.find((candidate) => `${service.key}.${candidate.key}` === key);
    if (operation) return { service, operation };
  }
  return undefined;
}

/**
 * Reads the input and the connection of an operation.
 * @throws UsageError for invalid JSON; PipewrightError `invalid-input` for an invalid connection
 */
export async function callOperation(
  { service, operation }: { service: Service; operation: Operation },
  values: { input?: string | undefined; connection?: string | undefined },
  host: Host,
): Promise<CalledOperation> {
  const typed = values.connection === undefined ? {} : await readObject(`@${values.connection}`, '--connection');
  const input = values.input === undefined ? {} : await readObject(values.input, '--input');
  const connectionOf = async (connection: Connection) => connection.check(valuesFor(connection, typed));
  const context: Context = {
    host,
    connection: await connectionOf(service.connection),
    async connectionOf(wanted: string) {
      const source = datasetSources.find(({ connection }) => connection.key === wanted);
      if (!source) throw new PipewrightError({ code: 'not-connected', message: `Unknown connection “${wanted}”.` });
      return connectionOf(source.connection);
    },
  };
  return { operation, input, context };
}

/** A connection file contains the values of one connection, or of several under the connection keys. */
function valuesFor(connection: Connection, typed: Record<string, unknown>): Record<string, unknown> {
  const nested = typed[connection.key];
  return isObject(nested) ? nested : typed;
}
