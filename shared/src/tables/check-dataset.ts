import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import type { Context } from '../define/context.ts';
import { boolean, file, integer, json, list, text } from '../define/fields.ts';
import { defineAction, type Action } from '../define/operation.ts';
import { evaluateRules as check, type CheckResult } from '../datasets/check/evaluate-rules.ts';
import { parseRule } from '../datasets/check/rules.ts';
import type { RuleResult } from '../datasets/check/watch.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import { formatFields, formatOf, openDataset, sourceFields, type SourceFields } from './dataset-fields.ts';
import type { DatasetSetting } from './dataset-sources.ts';
import { wholeBytes } from './whole-bytes.ts';
import { refuseTooLarge, withinTime } from './within-time.ts';

const rulesField = (more: string) =>
  v.pipe(
    list({
      label: 'Rules',
      help: `What the dataset must meet, one rule a line: rows >= 1; policy exists; policy is not empty; policy, year are unique; paid is a number; paid is between 0 and 1000; status is in open, closed; ${more}email matches ^.+@.+$; updated is within 24 hours; begin is before end. In n8n a dataset that meets all of them leaves by Passed, any other by Failed; on Zapier a Filter or Paths step behind this one looks at Passed.`,
      placeholder: 'policy_number is unique',
      multiline: true,
    }),
    v.nonEmpty('must have a rule'),
  );

/** The tables in which values can be looked up. */
export type KnownTables = Pick<TableTarget, 'readColumn' | 'close'>;

const said = ({ rule, passed, failures, message }: RuleResult): string =>
  passed ? `✓ ${rule}` : `✗ ${rule}: ${failures === 1 ? '' : `${failures} rows. `}${message}`;

/**
 * Streams a dataset and says which rules it meets, before anything is calculated with it. Nothing is stored.
 * @param openTables opens the tables that rules may be about; without it such rules are refused
 */
export function checkDataset<C>(
  { resource, sources }: DatasetSetting,
  openTables?: (context: Context<C>) => Promise<KnownTables>,
): Action {
  const rules = rulesField(openTables ? 'client is in table clients.id; ' : '');
  return defineAction<C>()({
    key: 'checkDataset',
    name: 'Check Dataset',
    resource,
    description: 'Checks a dataset against rules and says which rows break them; nothing is loaded.',
    effect: 'safe',
    input: { ...sourceFields(sources), rules, ...formatFields } as SourceFields & {
      rules: typeof rules;
    } & typeof formatFields,
    output: {
      passed: boolean({ label: 'Passed' }),
      rows: integer({ label: 'Rows' }),
      failedRules: integer({ label: 'Broken Rules' }),
      summary: text({ label: 'Summary', multiline: true }),
      results: json({ label: 'Results' }),
      file: v.optional(file({ label: 'Rows That Break a Rule' })),
    },
    sample: {
      passed: false,
      rows: 48_120,
      failedRules: 1,
      summary: '✓ rows >= 1\n✗ policy_number is unique: 2 rows. Row 17: “P-0042” is also in an earlier row.',
      results: [{ rule: 'rows >= 1', passed: true, failures: 0, message: '' }],
    },
    branches: { names: ['Passed', 'Failed'], of: ({ passed }) => (passed ? 0 : 1) },
    async run(input, context) {
      const { host } = context;
      const asksTables = input.rules.map(parseRule).some(({ about }) => about === 'known');
      const tables = asksTables ? await openTables?.(context) : undefined;
      try {
        const dataset = await openDataset(sources, input, context);
        refuseTooLarge(dataset, host);
        const { failingRows, ...result } = await check(withinTime(wholeBytes(dataset), host), {
          ...formatOf(input, dataset),
          rules: input.rules,
          now: host.now(),
          ...(tables ? { readColumn: (table: string, column: string) => tables.readColumn(table, column) } : {}),
          ...(host.signal ? { signal: host.signal } : {}),
        });
        return await answer(result, failingRows, host);
      } finally {
        await tables?.close();
      }
    },
  });
}

/** What is given back: a summary for people, and the failing rows as a file where there are some. */
async function answer(result: Omit<CheckResult, 'failingRows'>, failingRows: string, host: Host) {
  const bytes = Buffer.from(failingRows, 'utf8');
  const pieces = async function* () {
    yield bytes;
  };
  const saved =
    bytes.length === 0
      ? {}
      : {
          file: await host.files.save({
            name: 'failing-rows.csv',
            mediaType: 'text/csv',
            bytes: pieces(),
            size: bytes.length,
          }),
        };
  return {
    ...result,
    failedRules: result.results.filter(({ passed }) => !passed).length,
    summary: result.results.map(said).join('\n'),
    ...saved,
  };
}
