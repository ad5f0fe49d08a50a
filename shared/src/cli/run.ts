import { readFile } from 'node:fs/promises';
import { services } from '../catalog.ts';
import { PipewrightError } from '../host/error.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { checkInput } from '../operations/check-input.ts';
import type { Connection } from '../operations/connection.ts';
import { parseWords, UsageError } from './usage-error.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';

/** `pipewright run <key>`: any action or search. */
export async function runOperation(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, { input: { type: 'string' }, connection: { type: 'string' }, json: { type: 'boolean' } });
  const [key] = positionals;
  if (key === undefined || positionals.length > 1) throw new UsageError('Name one operation; `pipewright list` shows them.');
  const [service, operation] = find(key);
  const typed = values.connection === undefined ? {} : await readJson(`@${values.connection}`, '--connection');
  const input = values.input === undefined ? {} : await readJson(values.input, '--input');
  const connectionOf = async (connection: Connection) => checkInput(connection.fields, valuesFor(connection, typed));
  const context = {
    host: nodeHost({ log: progress, signal: stopSignal() }),
    connection: await connectionOf(service.connection),
    async connectionOf(wanted: string) {
      const further = service.furtherConnections?.find(({ connection }) => connection.key === wanted);
      if (!further) throw new PipewrightError({ code: 'not-connected', message: `There is no connection “${wanted}”.` });
      return connectionOf(further.connection);
    },
  };
  print(await operation.run(checkInput(operation.input, input) as never, context as never), values.json ?? false);
}

function find(key: string) {
  for (const service of services) {
    const operation = service.operations.find((candidate) => `${service.key}.${candidate.key}` === key);
    if (operation) return [service, operation] as const;
  }
  throw new UsageError(`There is no operation “${key}”; \`pipewright list\` shows them.`);
}

/** A connection file holds the values of one connection, or those of several under the connections' keys. */
function valuesFor(connection: Connection, typed: Record<string, unknown>): Record<string, unknown> {
  const nested = typed[connection.key];
  return typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : typed;
}

async function readJson(given: string, name: string): Promise<Record<string, unknown>> {
  let content = given;
  try {
    if (given.startsWith('@')) content = await readFile(given.slice(1), 'utf8');
    const value: unknown = JSON.parse(content);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through: neither a missing file nor its content is shown, for it may hold secrets.
  }
  throw new UsageError(`${name} must be a JSON object${given.startsWith('@') ? ` in a file that can be read` : ''}.`);
}
