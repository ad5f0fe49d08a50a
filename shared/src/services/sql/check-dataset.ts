import * as v from 'valibot';
import { checkDataset as check, type CheckResult, type RuleResult } from '../../datasets/check-dataset.ts';
import { parseRule } from '../../datasets/rules.ts';
import type { Host } from '../../host/host.ts';
import { boolean, file, integer, json, list, text } from '../../operations/fields.ts';
import { defineAction, type Action } from '../../operations/operation.ts';
import type { SqlConnection } from './connection.ts';
import { formatFields, formatOf, openDataset, sourceFields, type SourceFields } from './dataset-fields.ts';
import type { DatasetSource } from './dataset-sources.ts';
import { openDatabase } from './open-database.ts';
import { withinTime } from './within-time.ts';

const rules = v.pipe(
  list({
    label: 'Rules',
    help: 'What the dataset must meet, one rule a line: rows >= 1; policy exists; policy is not empty; policy, year are unique; paid is a number; paid is between 0 and 1000; status is in open, closed; client is in table clients.id; email matches ^.+@.+$; updated is within 24 hours; begin is before end.',
    placeholder: 'policy_number is unique',
    multiline: true,
  }),
  v.nonEmpty('must have a rule'),
);

const said = ({ rule, passed, failures, message }: RuleResult): string => (passed ? `✓ ${rule}` : `✗ ${rule}: ${failures === 1 ? '' : `${failures} rows. `}${message}`);

/**
 * Streams a dataset and says which rules it meets, before anything is calculated with it. Nothing is stored.
 * @param sources the downloads of other services from which a dataset can come
 */
export function checkDataset(sources: readonly DatasetSource[]): Action {
  return defineAction<SqlConnection>()({
    key: 'checkDataset',
    name: 'Check Dataset',
    resource: 'Table',
    description: 'Checks a dataset against rules and says which rows break them; nothing is loaded.',
    effect: 'reads',
    input: { ...sourceFields(sources), rules, ...formatFields } as SourceFields & { rules: typeof rules } & typeof formatFields,
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
      summary: '✓ rows >= 1\n✗ policy_number is unique: 2 rows. Row 17: “P-0042” stands in an earlier row too.',
      results: [{ rule: 'rows >= 1', passed: true, failures: 0, message: '' }],
    },
    async run(input, context) {
      const { host } = context;
      const asksDatabase = input.rules.map(parseRule).some(({ about }) => about === 'known');
      const database = asksDatabase ? await openDatabase(context.connection, host) : undefined;
      try {
        const dataset = await openDataset(sources, input, context);
        const { failingRows, ...result } = await check(withinTime(dataset.bytes, host), {
          ...formatOf(input),
          rules: input.rules,
          now: host.now(),
          ...(database ? { readColumn: (table: string, column: string) => database.readColumn(table, column) } : {}),
          ...(host.signal ? { signal: host.signal } : {}),
        });
        return await answer(result, failingRows, host);
      } finally {
        await database?.close();
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
  const saved = bytes.length === 0 ? {} : { file: await host.files.save({ name: 'failing-rows.csv', mediaType: 'text/csv', bytes: pieces(), size: bytes.length }) };
  return { ...result, failedRules: result.results.filter(({ passed }) => !passed).length, summary: result.results.map(said).join('\n'), ...saved };
}
