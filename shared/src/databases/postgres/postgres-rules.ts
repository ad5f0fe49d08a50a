import { floatRule } from '../../datasets/types/float-rule.ts';
import { jsonRule, parsedJsonRule } from '../../datasets/types/json-rule.ts';
import type { ExistingColumn, ValueRule } from '../../datasets/load/existing-column.ts';

/** A column of an existing table. */
export interface PostgresColumn extends ExistingColumn {
  /** Its type as DDL writes it: `numeric(10,2)`, `public.mood`. */
  declaration: string;
  /** Whether the type has no validation rules here: the server must display each value as it was written. */
  verified: boolean;
  /** Whether it is GENERATED ALWAYS AS IDENTITY: an INSERT with a value needs OVERRIDING SYSTEM VALUE. */
  isIdentity: boolean;
}

/** A type without its domains, as the catalog describes it. */
export interface CatalogType {
  /** As `format_type` writes it: `numeric(10,2)`. */
  name: string;
  /** Its bare name: `citext`. */
  plain: string;
  /** Whether it belongs to PostgreSQL itself. */
  builtIn: boolean;
  /** Whether the column's type is a domain over it. */
  domain: boolean;
  /** The values of an enum. */
  labels: readonly string[];
}

type TypeRules = Pick<ExistingColumn, 'type'> & Partial<ExistingColumn> & { verified?: boolean };

const bits = (bytes: number): bigint => 2n ** BigInt(bytes * 8 - 1);
const integer = (bytes: number): TypeRules => ({ type: 'integer', min: -bits(bytes), max: bits(bytes) - 1n });

/** The limits of a numeric without precision and scale. @see https://www.postgresql.org/docs/current/datatype-numeric.html */
const anyNumeric: TypeRules = { type: 'decimal', wholeDigits: 131_072, scale: 16_383 };

/** Types whose values have a fixed text format: text for a dataset, although not for PostgreSQL. */
const formatted = (...rules: ValueRule[]): TypeRules => ({ type: 'text', emptyIsNull: true, fixed: true, rules });

const pattern = (reason: string, form: RegExp): ValueRule => ({ reason, fails: (text) => !form.test(text) });

/** Validation rules of built-in types, by a pattern of the type name. */
const builtInRules: [RegExp, (...groups: string[]) => TypeRules][] = [
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
    (longest) => ({ type: 'text', maxLength: Number(longest), rules: [noTrailingSpace(Number(longest))] }),
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
          reason: 'is out of the range of money',
          fails: (text) => Math.abs(Number(text)) >= 92_233_720_368_547_750,
        },
      ],
    }),
  ],
  [/^real$/, () => formatted(floatRule(4))],
  [/^double precision$/, () => formatted(floatRule(8))],
  [/^time(?:\((\d)\))? without time zone$/, (digits = '6') => formatted(timeRule(Number(digits), ''))],
  [
    /^time(?:\((\d)\))? with time zone$/,
    (digits = '6') => formatted(timeRule(Number(digits), '(?:Z|[-+](?:0\\d|1[0-4])(?::?[0-5]\\d)?)')),
  ],
  [
    /^bit\((\d+)\)$/,
    (count) => formatted(pattern(`is not ${count} bits, written as 0 and 1`, new RegExp(`^[01]{${count}}$`))),
  ],
  [
    /^bit varying(?:\((\d+)\))?$/,
    (count = '') =>
      formatted(
        pattern(`is not ${count ? `at most ${count} ` : ''}bits, written as 0 and 1`, new RegExp(`^[01]{1,${count}}$`)),
      ),
  ],
  [
    /^bytea$/,
    () => formatted(pattern('is not bytes written as \\x and hexadecimal digits', /^\\x(?:[0-9a-fA-F]{2})*$/)),
  ],
  [/^json$/, () => formatted(jsonRule)],
  [/^jsonb$/, () => formatted(parsedJsonRule)],
];

/** The validation rules of a type; the server verifies the values of an unknown one. */
export function rulesOf({ name, plain, builtIn, domain, labels }: CatalogType): TypeRules & { verified: boolean } {
  const asDomain = domain ? { fixed: true } : {};
  if (labels.length > 0) {
    const known = new Set(labels);
    const isLabel: ValueRule = {
      reason: `is not one of ${labels.slice(0, 8).join(', ')}${labels.length > 8 ? ', …' : ''}`,
      fails: (text) => !known.has(text),
    };
    return { type: 'text', emptyIsNull: !known.has(''), fixed: true, rules: [isLabel], verified: false };
  }
  if (!builtIn && plain === 'citext' && name.endsWith('citext')) return { type: 'text', fixed: true, verified: false };
  for (const [form, rules] of builtIn ? builtInRules : []) {
    const match = form.exec(name);
    if (match) return { ...rules(...match.slice(1)), ...asDomain, verified: false };
  }
  return { type: 'text', emptyIsNull: true, fixed: true, verified: true };
}

/** A negative scale rounds digits before the point; one above the precision requires zeros after it. */
function numericRules(precision: number, scale: number): TypeRules {
  const limits: TypeRules = { type: 'decimal', wholeDigits: Math.max(0, precision - scale), scale: Math.max(0, scale) };
  const tens = '0'.repeat(Math.max(0, -scale));
  if (scale < 0)
    return {
      ...limits,
      rules: [
        {
          reason: `does not end in ${-scale} zeros before the decimal point`,
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
        reason: `has fewer than ${scale - precision} zeros after the decimal point`,
        fails: (text) => /[1-9]/.test(text) && !(text.split('.')[1] ?? '').startsWith(zeros),
      },
    ],
  };
}

/** Trailing spaces of a padded text are lost, unless they fill it. */
function noTrailingSpace(length: number): ValueRule {
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
