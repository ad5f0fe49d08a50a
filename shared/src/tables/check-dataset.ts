import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import type { Context } from '../define/context.ts';
import { boolean, file, integer, json, rows, text } from '../define/fields.ts';
import { defineAction, type Action } from '../define/operation.ts';
import { verifyLength } from '../datasets/bytes/verify-length.ts';
import type { CheckResult } from '../datasets/check/evaluate-rules.ts';
import { ruleRow } from '../datasets/check/rule-row.ts';
import type { RuleResult } from '../datasets/check/rule-evaluator.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import { describeFormat, detectedOutput, detectedSample } from './detected-output.ts';
import { formatFields, formatOf, sourceFields } from './dataset-fields.ts';
import { openDataset } from './open-dataset.ts';
import type { DatasetSetting } from './dataset-sources.ts';
import { refuseTooLarge, startTimeLimit } from './time-limit.ts';

function rulesField(canLookUp: boolean) {
  const moreExamples = canLookUp ? '“client is in table clients.id”, ' : '';
  const examples = `“rows >= 1”, “policy is not empty”, “policy, year are unique”, “paid is a number”, “paid is between 0 and 1000”, “status is in open, closed”, ${moreExamples}“email matches ^.+@.+$”, “updated is within 24 hours”, “begin is before end”`;
  return v.pipe(
    rows(ruleRow(canLookUp), {
      label: 'Rules',
      noun: 'Rule',
      help: {
        n8n: 'Rules that the dataset must meet; all of them are checked.',
        zapier: `Enter the rules that the dataset must meet, one per line. Examples: ${examples}.`,
      },
      placeholder: 'policy_number is unique',
      multiline: true,
    }),
    v.nonEmpty('must have a rule'),
  );
}

/** The database that rules can look up values in. */
export type LookupTables = Pick<TableTarget, 'readColumn' | 'close'>;

const describeResult = ({ rule, passed, failures, message }: RuleResult): string =>
  passed ? `✓ ${rule}` : `✗ ${rule}: ${failures === 1 ? '' : `${failures} rows. `}${message}`;

/**
 * Checks a dataset against rules. Nothing is stored.
 * @param openTables opens the database that rules can look up values in; without it, such rules are rejected
 */
export function checkDataset<C>(
  { resource, sources }: DatasetSetting,
  openTables?: (context: Context<C>) => Promise<LookupTables>,
): Action {
  const rules = rulesField(openTables !== undefined);
  return defineAction<C>()({
    key: 'checkDataset',
    name: 'Check Dataset',
    resource,
    description: openTables
      ? 'Checks a dataset against rules, which can look up values in tables, and reports the rows that fail.'
      : 'Checks a dataset against rules and reports the rows that fail, without loading it.',
    effect: 'safe',
    input: { ...sourceFields(sources), rules, ...formatFields },
    output: {
      passed: boolean({ label: 'Passed' }),
      rows: integer({ label: 'Rows' }),
      failedRules: integer({ label: 'Failed Rules' }),
      summary: text({ label: 'Summary', multiline: true }),
      results: json({ label: 'Results' }),
      ...detectedOutput,
      file: v.optional(file({ label: 'Failed Rows' })),
    },
    sample: {
      passed: false,
      rows: 48_120,
      failedRules: 1,
      summary: '✓ rows >= 1\n✗ policy_number is unique: 2 rows. Line 18: “P-0042” is also in an earlier row.',
      results: [{ rule: 'rows >= 1', passed: true, failures: 0, message: '' }],
      ...detectedSample,
    },
    branches: { names: ['Passed', 'Failed'], of: ({ passed }) => (passed ? 0 : 1) },
    async run(input, context) {
      // Loaded when a dataset is checked, because it would slow down the start of every app and node that contains this step.
      const [{ readRules }, { evaluateRules }] = await Promise.all([
        import('../datasets/check/rules.ts'),
        import('../datasets/check/evaluate-rules.ts'),
      ]);
      const { host } = context;
      const needsTables = input.rules.flatMap(readRules).some(({ kind }) => kind === 'lookup');
      const tables = needsTables ? await openTables?.(context) : undefined;
      try {
        const dataset = await openDataset(sources, input, context);
        refuseTooLarge(dataset, host);
        const time = startTimeLimit(host);
        const bytes = time.limit(verifyLength(dataset.bytes, dataset.size));
        const { failingRows, detected, ...result } = await evaluateRules(bytes, {
          ...formatOf(input, dataset),
          checkpoint: time.checkpoint,
          rules: input.rules,
          now: host.now(),
          ...withoutUndefined({
            readColumn: tables && ((table: string, column: string) => tables.readColumn(table, column)),
            signal: host.signal,
          }),
        });
        return { ...(await toOutput(result, failingRows, host)), ...describeFormat(detected) };
      } finally {
        await tables?.close();
      }
    },
  });
}

/** The output: a summary, and a file with the failed rows if there are any. */
async function toOutput(result: Omit<CheckResult, 'failingRows' | 'detected'>, failingRows: string, host: Host) {
  const bytes = Buffer.from(failingRows, 'utf8');
  const pieces = async function* () {
    yield bytes;
  };
  const saved =
    bytes.length === 0
      ? {}
      : {
          file: await host.files.save({
            name: 'failed-rows.csv',
            mediaType: 'text/csv',
            bytes: pieces(),
            size: bytes.length,
          }),
        };
  return {
    ...result,
    failedRules: result.results.filter(({ passed }) => !passed).length,
    summary: result.results.map(describeResult).join('\n'),
    ...saved,
  };
}
