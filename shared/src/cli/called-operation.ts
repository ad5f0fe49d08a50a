import { cliServices, datasetSources } from '../catalog/cli-services.ts';
import { PipewrightError } from '../host/error.ts';
import { isObject } from '../host/is-object.ts';
import type { Host } from '../host/host.ts';
import type { Connection } from '../define/connection.ts';
import type { Context } from '../define/context.ts';
import type { Operation } from '../define/operation.ts';
import type { Service } from '../define/service.ts';
import { readObject } from './read-json.ts';
import { UsageError } from './usage-error.ts';

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

/** Whether a key, such as `dbt.jobRunStarted`, names a trigger. */
export function isTrigger(key: string): boolean {
  return cliServices.some((service) => service.triggers.some((trigger) => `${service.key}.${trigger.key}` === key));
}

/**
 * Reads the input and the connection of an operation.
 * @throws UsageError for invalid JSON or an input key that the operation does not have; PipewrightError `invalid-input` for an invalid connection
 */
export async function callOperation(
  { service, operation }: { service: Service; operation: Operation },
  values: { input?: string | undefined; connection?: string | undefined },
  host: Host,
): Promise<CalledOperation> {
  const typed = values.connection === undefined ? {} : await readObject(`@${values.connection}`, '--connection');
  const input = values.input === undefined ? {} : await readObject(values.input, '--input');
  refuseUnknownKeys(operation, input);
  const connectionOf = async (connection: Connection) => connection.check(withVariables(connection, typed));
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

/** The values of the connection file, completed with environment variables. An empty variable counts as not set. */
function withVariables(connection: Connection, typed: Record<string, unknown>): Record<string, unknown> {
  const given = valuesFor(connection, typed);
  return { ...connection.fromVariables?.(given, (name) => process.env[name] || undefined), ...given };
}

/** A misspelled key would otherwise be ignored, and the operation would run without its value. */
function refuseUnknownKeys({ input: fields }: Operation, input: Record<string, unknown>): void {
  const allowed = Object.keys(fields);
  const unknown = Object.keys(input).filter((key) => !allowed.includes(key));
  if (unknown.length === 0) return;
  throw new UsageError(
    `--input has the unknown ${unknown.length === 1 ? 'key' : 'keys'} ${unknown.map((key) => `“${key}”`).join(', ')}. ${
      allowed.length === 0 ? 'The operation has no input.' : `Allowed: ${allowed.join(', ')}.`
    }`,
  );
}
