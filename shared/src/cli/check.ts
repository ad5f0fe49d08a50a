import { readFile } from 'node:fs/promises';
import { verifyLength } from '../datasets/bytes/verify-length.ts';
import { evaluateRules } from '../datasets/check/evaluate-rules.ts';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { openDatabaseAt } from './open-database.ts';
import { formatOf, formatWords, openDataset, operationWords } from './open-dataset.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';
import { Failure, parseWords, UsageError } from './usage-error.ts';

/** `pipewright check`: checks a dataset against the rules in a file. */
export async function checkFile(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    from: { type: 'string' },
    rules: { type: 'string' },
    to: { type: 'string' },
    ...operationWords,
    ...formatWords,
    json: { type: 'boolean', default: false },
  });
  if (!values.from || !values.rules || positionals.length > 0) throw new UsageError('--from and --rules are required.');
  const format = formatOf(values);
  const lines = (await readRules(values.rules)).split(/\r?\n/).map((line) => line.trim());
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const signal = stopSignal();
  const host = nodeHost({ log: progress, signal });
  const target = values.to ? await openDatabaseAt(values.to, host) : undefined;
  const readColumn = target && ((table: string, column: string) => target.readColumn(table, column));
  const dataset = await openDataset(values.from, host, values);
  const { passed, rows, results, failingRows } = await evaluateRules(verifyLength(dataset.bytes, dataset.size), {
    ...format,
    ...formatOfName(values['file-in-zip'] ?? dataset.name),
    rules,
    now: Date.now(),
    signal,
    ...(readColumn ? { readColumn } : {}),
  }).finally(() => target?.close());
  if (values.json) print({ passed, rows, results, failingRows }, true);
  else
    for (const result of results)
      print(
        result.passed
          ? `passed  ${result.rule}`
          : `failed  ${result.rule}: ${result.message} (${result.failures} ${result.failures === 1 ? 'row' : 'rows'})`,
        false,
      );
  if (!passed) {
    const failed = results.filter((result) => !result.passed).length;
    const noun = results.length === 1 ? 'rule' : 'rules';
    throw new Failure(
      `${failed} of ${results.length} ${noun} failed for a dataset of ${rows} ${rows === 1 ? 'row' : 'rows'}.`,
    );
  }
}

/** @throws UsageError without the system's own message */
async function readRules(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError('--rules must be a readable file.');
  }
}
