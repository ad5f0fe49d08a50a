import { readFile } from 'node:fs/promises';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { evaluateRules } from '../datasets/check/evaluate-rules.ts';
import { wholeBytes } from '../tables/whole-bytes.ts';
import { openTarget } from '../databases/open-target.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { operationWords } from './called-operation.ts';
import { formatOf, formatWords, openDataset } from './open-dataset.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';
import { parseWords, Refused, UsageError } from './usage-error.ts';

/** `pipewright check`: whether a dataset meets the rules of a file, one a line. */
export async function checkFile(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    from: { type: 'string' },
    rules: { type: 'string' },
    to: { type: 'string' },
    ...operationWords,
    ...formatWords,
    json: { type: 'boolean', default: false },
  });
  if (!values.from || !values.rules || positionals.length > 0) throw new UsageError('--from and --rules are needed.');
  const format = formatOf(values);
  const lines = (await readFile(values.rules, 'utf8')).split(/\r?\n/).map((line) => line.trim());
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const signal = stopSignal();
  const target = values.to ? await openTarget(values.to) : undefined;
  const readColumn = target && ((table: string, column: string) => target.readColumn(table, column));
  const dataset = await openDataset(values.from, nodeHost({ log: progress, signal }), values);
  const { passed, rows, results, failingRows } = await evaluateRules(wholeBytes(dataset), {
    ...format,
    ...formatOfName(values['file-in-zip'] ?? dataset.name),
    rules,
    now: Date.now(),
    signal,
    ...(readColumn ? { readColumn } : {}),
  }).finally(() => target?.close());
  if (values.json) print({ passed, rows, results, failingRows }, true);
  else
    for (const { rule, passed: met, failures, message } of results)
      print(met ? `ok      ${rule}` : `broken  ${rule}: ${message} (${failures})`, false);
  if (!passed)
    throw new Refused(
      `The dataset of ${rows} rows breaks ${results.filter((one) => !one.passed).length} of ${results.length} rules.`,
    );
}
