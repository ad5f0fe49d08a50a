import { nodeHost } from '../host/node/node-host.ts';
import { callOperation, findOperation, isTrigger } from './called-operation.ts';
import { operationWords } from './open-dataset.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';
import { parseWords, UsageError } from './usage-error.ts';

/** `pipewright run <key>`: runs an action or a search. */
export async function runOperation(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, { ...operationWords, json: { type: 'boolean' } });
  const [key] = positionals;
  if (key === undefined || positionals.length > 1)
    throw new UsageError('Exactly one operation is required. Run `pipewright list` to see all operations.');
  const found = findOperation(key);
  if (!found)
    throw new UsageError(
      isTrigger(key)
        ? `“${key}” is a trigger, which only n8n and Zapier can run. To send it a sample event, use \`pipewright deliver\`.`
        : `Unknown operation “${key}”. Run \`pipewright list\` to see all operations.`,
    );
  const { operation, input, context } = await callOperation(
    found,
    values,
    nodeHost({ log: progress, signal: stopSignal() }),
  );
  print(await operation.run(input, context), values.json ?? false);
}
