import { floatRule } from '../../datasets/types/float-rule.ts';
import { jsonRule, parsedJsonRule } from '../../datasets/types/json-rule.ts';
import type { ExistingColumn, ValueRule } from '../../datasets/load/target.ts';

/** A column of a table that is there already, as PostgreSQL knows it. */
export interface PostgresColumn extends ExistingColumn {
  /** Its type as DDL has it: `numeric(10,2)`, `public.mood`. */
  declaration: string;
  /** Whether we have no rules for the type: the server must show each value again as it was written. */
  verified: boolean;
  /** Whether it is an identity column (GENERATED ALWAYS): an INSERT with a value needs OVERRIDING SYSTEM VALUE. */
  numbered: boolean;
}

/** A type without its domains, as the catalogue has it. */
export interface CatalogType {
  /** As `format_type` has it: `numeric(10,2)`. */
  name: string;
  /** Its bare name: `citext`. */
  plain: string;
  /** Whether it is PostgreSQL's own. */
  builtIn: boolean;
  /** Whether the column's type is a domain over it. */
  domain: boolean;
  /** Of an enum: its values. */
  labels: readonly string[];
}

type TypeRules = Pick<ExistingColumn, 'type'> & Partial<ExistingColumn> & { verified?: boolean };

const bits = (bytes: number): bigint => 2n ** BigInt(bytes * 8 - 1);
const integer = (bytes: number): TypeRules => ({ type: 'integer', min: -bits(bytes), max: bits(bytes) - 1n });

/** What a numeric without limits holds. @see https://www.postgresql.org/docs/current/datatype-numeric.html */
const anyNumeric: TypeRules = { type: 'decimal', wholeDigits: 131_072, scale: 16_383 };

/** Types whose values have an exact form of their own; text to us, though not to PostgreSQL. */
const formed = (...rules: ValueRule[]): TypeRules => ({ type: 'text', emptyIsNull: true, fixed: true, rules });

const pattern = (reason: string, form: RegExp): ValueRule => ({ reason, fails: (text) => !form.test(text) });

/** What values of a type must be, by the pattern of its name. */
const ofBuiltIn: [RegExp, (...found: string[]) => TypeRules][] = [
  [/^smallint$/, () => integer(2)],
  [/^integer$/, () => integer(4)],
  [/^bigint$/, () => integer(8)],
  [/^numeric$/, () => anyNumeric],
  [/^numeric\((\d+),(-?\d+)\)$/, (precision, scale) => numericRules(Number(precision), Number(scale))],
  [/^boolean$/, () => ({ type: 'boolean' })],
  [/^date$/, () => ({ type: 'date' })],
  [
    /^timestamp(?:\((\d)\))? without time zone$/,
    (digits = '6') => ({ type: 'timestamp', fractionDigits: Number(digits) }),
  ],
  [
    /^timestamp(?:\((\d)\))? with time zone$/,
    (digits = '6') => ({ type: 'timestamp-with-zone', fractionDigits: Number(digits) }),
  ],
  [/^uuid$/, () => ({ type: 'uuid' })],
  [/^(?:text|character varying)$/, () => ({ type: 'text' })],
  [/^character varying\((\d+)\)$/, (longest) => ({ type: 'text', maxLength: Number(longest) })],
  [
    /^character\((\d+)\)$/,
    (longest) => ({ type: 'text', maxLength: Number(longest), rules: [noSpaceAtEnd(Number(longest))] }),
  ],
  [
    /^name$/,
    () => ({
      type: 'text',
      fixed: true,
      rules: [{ reason: 'has more than 63 bytes', fails: (text) => Buffer.byteLength(text) > 63 }],
    }),
  ],
  [
    /^money$/,
    () => ({
      type: 'decimal',
      wholeDigits: 17,
      scale: 2,
      fixed: true,
      rules: [
        {
          reason: 'is more money than the column holds',
          fails: (text) => Math.abs(Number(text)) >= 92_233_720_368_547_750,
        },
      ],
    }),
  ],
  [/^real$/, () => formed(floatRule(4))],
  [/^double precision$/, () => formed(floatRule(8))],
  [/^time(?:\((\d)\))? without time zone$/, (digits = '6') => formed(timeRule(Number(digits), ''))],
  [
    /^time(?:\((\d)\))? with time zone$/,
    (digits = '6') => formed(timeRule(Number(digits), '(?:Z|[-+](?:0\\d|1[0-4])(?::?[0-5]\\d)?)')),
  ],
  [
    /^bit\((\d+)\)$/,
    (count) => formed(pattern(`is not ${count} bits, written as 0 and 1`, new RegExp(`^[01]{${count}}$`))),
  ],
  [
    /^bit varying(?:\((\d+)\))?$/,
    (count = '') =>
      formed(
        pattern(`is not ${count ? `at most ${count} ` : ''}bits, written as 0 and 1`, new RegExp(`^[01]{1,${count}}$`)),
      ),
  ],
  [/^bytea$/, () => formed(pattern('is not bytes written as \\x and hexadecimal digits', /^\\x(?:[0-9a-fA-F]{2})*$/))],
  [/^json$/, () => formed(jsonRule)],
  [/^jsonb$/, () => formed(parsedJsonRule)],
];

/** What the values of a column must be; a type that is not known is verified by the server. */
export function rulesOf({ name, plain, builtIn, domain, labels }: CatalogType): TypeRules & { verified: boolean } {
  const own = domain ? { fixed: true } : {};
  if (labels.length > 0) {
    const known = new Set(labels);
    const isOne: ValueRule = {
      reason: `is not one of ${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ', …' : ''}`,
      fails: (text) => !known.has(text),
    };
    return { type: 'text', emptyIsNull: !known.has(''), fixed: true, rules: [isOne], verified: false };
  }
  if (!builtIn && plain === 'citext' && name.endsWith('citext')) return { type: 'text', fixed: true, verified: false };
  for (const [form, rules] of builtIn ? ofBuiltIn : []) {
    const found = form.exec(name);
    if (found) return { ...rules(...found.slice(1)), ...own, verified: false };
  }
  return { type: 'text', emptyIsNull: true, fixed: true, verified: true };
}

/** A scale below zero leaves out the last digits before the point; one above the precision the first behind it. */
function numericRules(precision: number, scale: number): TypeRules {
  const limits: TypeRules = { type: 'decimal', wholeDigits: Math.max(0, precision - scale), scale: Math.max(0, scale) };
  const tens = '0'.repeat(Math.max(0, -scale));
  if (scale < 0)
    return {
      ...limits,
      rules: [
        {
          reason: `does not end in ${-scale} zeros before the point`,
          fails: (text) => !`${tens}${text.split('.')[0]?.replace('-', '')}`.endsWith(tens),
        },
      ],
    };
  if (scale <= precision) return limits;
  const zeros = '0'.repeat(scale - precision);
  return {
    ...limits,
    rules: [
      {
        reason: `has fewer than ${scale - precision} zeros behind the point`,
        fails: (text) => /[1-9]/.test(text) && !(text.split('.')[1] ?? '').startsWith(zeros),
      },
    ],
  };
}

/** Spaces at the end of a padded text cannot be told from its padding, unless they fill it. */
function noSpaceAtEnd(length: number): ValueRule {
  return {
    reason: 'ends in a space, which the column does not keep',
    fails: (text) => text.endsWith(' ') && [...text].length < length,
  };
}

function timeRule(digits: number, zone: string): ValueRule {
  const form = new RegExp(`^(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.(\\d{1,9}))?)?${zone}$`);
  return {
    reason: `is not a time of day${zone ? ' with a time zone' : ''} with at most ${digits} fractional second digits`,
    fails: (text) =>
      (form.exec(text)?.[1] ?? (form.test(text) ? '' : '1'.repeat(9))).replace(/0+$/, '').length > digits,
  };
}
