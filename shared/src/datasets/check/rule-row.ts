import { option, text } from '../../define/fields.ts';
import type { Values } from '../../define/check-input.ts';

/** How a row of column, rule and value reads as text. */
interface RuleForm {
  label: string;
  /** The syntax that the text has; see `parseRule`. */
  syntax: string;
  text(column: string, value: string): string;
  /** An example of the value, for rules that have one. */
  example?: string;
  /** Whether the rule is about the dataset as a whole. Default: false. */
  hasNoColumn?: boolean;
}

/** A rule that compares values of a column. */
const comparison = (label: string, sign: string, example: string): RuleForm => ({
  label,
  syntax: 'comparison',
  text: (column, value) => `${column} ${sign} ${value}`,
  example,
});

/** A rule about the type of the values. */
const typed = (label: string, type: string): RuleForm => ({
  label,
  syntax: 'type',
  text: (column) => `${column} is ${type}`,
});

/** A rule that compares a column with another one. */
const order = (label: string, word: string): RuleForm => ({
  label,
  syntax: 'order',
  text: (column, value) => `${column} is ${word} ${value}`,
  example: 'end_date',
});

/** A rule about the number of rows. */
const count = (label: string, syntax: string, word: string, example: string): RuleForm => ({
  label,
  syntax,
  text: (_column, value) => `rows ${word} ${value}`,
  example,
  hasNoColumn: true,
});

/** The rules that can be entered as a row, by name, in the order of the list: presence, type, comparison, other columns, rows. */
const ruleForms = {
  notEmpty: { label: 'Is Not Empty', syntax: 'notEmpty', text: (column) => `${column} is not empty` },
  unique: { label: 'Is Unique', syntax: 'unique', text: (column) => `${column} is unique` },
  exists: { label: 'Exists', syntax: 'exists', text: (column) => `${column} exists` },
  integer: typed('Is an Integer', 'an integer'),
  number: typed('Is a Number', 'a number'),
  date: typed('Is a Date', 'a date'),
  timestamp: typed('Is a Timestamp', 'a timestamp'),
  boolean: typed('Is a Boolean', 'a boolean'),
  equals: comparison('Is Equal To', '=', 'open'),
  notEquals: comparison('Is Not Equal To', '!=', 'deleted'),
  atLeast: comparison('Is At Least', '>=', '0'),
  atMost: comparison('Is At Most', '<=', '1000'),
  greaterThan: comparison('Is Greater Than', '>', '0'),
  lessThan: comparison('Is Less Than', '<', '2027-01-01'),
  between: {
    label: 'Is Between',
    syntax: 'between',
    text: (column, value) => `${column} is between ${value}`,
    example: '0 and 1000',
  },
  oneOf: {
    label: 'Is One Of',
    syntax: 'oneOf',
    text: (column, value) => `${column} is in ${value}`,
    example: 'open, closed',
  },
  matches: {
    label: 'Matches Regular Expression',
    syntax: 'matches',
    text: (column, value) => `${column} matches ${value}`,
    example: '^.+@.+$',
  },
  within: {
    label: 'Is Within',
    syntax: 'within',
    text: (column, value) => `${column} is within ${value}`,
    example: '24 hours',
  },
  before: order('Is Before Column', 'before'),
  after: order('Is After Column', 'after'),
  notBefore: order('Is Not Before Column', 'not before'),
  notAfter: order('Is Not After Column', 'not after'),
  inTable: {
    label: 'Is in Table',
    syntax: 'lookup',
    text: (column, value) => `${column} is in table ${value}`,
    example: 'clients.id',
  },
  rowsAtLeast: count('Row Count Is At Least', 'rows', '>=', '1'),
  rowsAtMost: count('Row Count Is At Most', 'rows', '<=', '100000'),
  rowsBetween: count('Row Count Is Between', 'rowsBetween', 'between', '1 and 9000'),
  text: {
    label: 'Other Rule',
    syntax: 'text',
    text: (_column, value) => value,
    example: 'begin to end overlaps start to stop',
    hasNoColumn: true,
  },
} satisfies Record<string, RuleForm>;

/** The name of a rule. */
export type RuleName = keyof typeof ruleForms;

const isRuleName = (name: string): name is RuleName => Object.hasOwn(ruleForms, name);

/** The form of a rule. */
export const ruleForm = (name: RuleName): RuleForm => ruleForms[name];

const ruleNames = Object.keys(ruleForms).filter(isRuleName);

/** Names of the rules whose form has a property. */
const namesWith = (has: (form: RuleForm) => boolean): RuleName[] => ruleNames.filter((name) => has(ruleForm(name)));

/**
 * The fields of a rule as a row.
 * @param canLookUp whether rules can look up values in tables
 */
export function ruleRow(canLookUp: boolean) {
  const offered = canLookUp ? ruleNames : ruleNames.filter((name) => name !== 'inTable');
  return {
    rule: option(
      offered.map((name) => {
        const { label, example } = ruleForm(name);
        return { value: name, label, ...(example ? { description: `With a value such as: ${example}` } : {}) };
      }),
      { label: 'Rule' },
    ),
    column: text({
      label: 'Column',
      help: 'A column of the dataset. Is Unique accepts several, separated by commas.',
      placeholder: 'policy_number',
      shownWhen: { field: 'rule', is: namesWith(({ hasNoColumn }) => !hasNoColumn) },
    }),
    value: text({
      label: 'Value',
      help: 'What to compare with: “0 and 1000” for Is Between, “open, closed” for Is One Of, “24 hours” for Is Within, another column for Is Before Column. The list of rules shows an example for each rule.',
      placeholder: '1000',
      shownWhen: { field: 'rule', is: namesWith(({ example }) => example !== undefined) },
    }),
  };
}

/** A rule as a row. */
export type RuleRow = Partial<Values<ReturnType<typeof ruleRow>>>;
