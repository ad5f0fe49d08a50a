import { nodeHost } from '../host/node/node-host.ts';
import { callOperation, findOperation, operationWords } from './called-operation.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';
import { parseWords, UsageError } from './usage-error.ts';

/** `pipewright run <key>`: any action or search. */
export async function runOperation(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, { ...operationWords, json: { type: 'boolean' } });
  const [key] = positionals;
  if (key === undefined || positionals.length > 1)
    throw new UsageError('Name one operation; `pipewright list` shows them.');
  const found = findOperation(key);
  if (!found) throw new UsageError(`There is no operation “${key}”; \`pipewright list\` shows them.`);
  const { operation, input, context } = await callOperation(
    found,
    values,
    nodeHost({ log: progress, signal: stopSignal() }),
  );
  print(await operation.run(input, context), values.json ?? false);
}
