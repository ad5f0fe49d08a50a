import type { ExistingColumn } from '../../datasets/load/existing-column.ts';
import { affinityOf, type Affinity } from './sqlite-affinity.ts';
import type { Binding } from './sqlite-rows.ts';
import {
  bytesOnly,
  exactDecimal,
  exactReal,
  fractionOf,
  keptAsWritten,
  sqliteDate,
  sqliteTime,
  sqliteTimestamp,
} from './sqlite-value-rules.ts';

/** The validation rules of a declared type, and how SQLite stores its values. */
export type DeclaredType = Pick<
  ExistingColumn,
  'type' | 'alternativeType' | 'maxLength' | 'min' | 'max' | 'wholeDigits' | 'scale' | 'rules' | 'emptyIsNull'
> & {
  affinity: Affinity;
  binding: Binding;
};

/** Sizes of declared integer types; SQLite itself stores 64 bits for each of them. */
const integerBits: Record<string, number> = { SMALLINT: 16, INT2: 16, MEDIUMINT: 24, INT4: 32 };

const numberTypes = /^(NUMERIC|DECIMAL|DEC|NUMBER|FIXED|MONEY|SMALLMONEY|CURRENCY)$/;
const integerTypes = /^(UNSIGNED )?(BIG ?|TINY|SMALL|MEDIUM)?(INT|INTEGER)[248]?( (UN)?SIGNED)?$/;

/**
 * The validation rules of a declared type. SQLite stores any value in any column, or converts it without an error, so that
 * these rules enforce the declaration.
 * @param declared the type in CREATE TABLE: `DECIMAL(10,2)`, `VARCHAR(20)`, or nothing
 * @param strict whether the table is STRICT
 */
export function readDeclaredType(declared: string, strict: boolean): DeclaredType {
  const affinity = affinityOf(declared, strict);
  const [, written = '', inside = ''] = /^([^(]*)(?:\(([^)]*)\))?/.exec(declared.toUpperCase()) ?? [];
  const name = written.trim().replace(/\s+/g, ' ');
  const sizes = inside
    .split(',')
    .map((size) => size.trim())
    .filter((size) => /^\d+$/.test(size))
    .map(Number);
  const asText = { type: 'text', affinity, binding: 'text' } as const;
  if (strict && name === 'BLOB') return { ...asText, rules: [bytesOnly] };
  switch (affinity) {
    case 'BLOB':
      return asText;
    case 'TEXT':
      return { ...asText, ...(sizes.length === 1 ? { maxLength: sizes[0] as number } : {}) };
    case 'REAL':
      return { ...asText, binding: 'float', emptyIsNull: true, rules: [exactReal] };
    case 'INTEGER':
      if (!integerTypes.test(name)) return { ...asText, rules: [keptAsWritten(declared)] };
      // How MySQL declares a boolean, and libraries that support several databases.
      if (name === 'TINYINT' && sizes[0] === 1)
        return { type: 'integer', alternativeType: 'boolean', affinity, binding: 'boolean', ...boundsOf(name) };
      return { type: 'integer', affinity, binding: 'text', ...boundsOf(name) };
    case 'NUMERIC':
      return numericType(name, sizes, declared);
  }
}

function numericType(name: string, sizes: readonly number[], declared: string): DeclaredType {
  const affinity = 'NUMERIC';
  const asText = { type: 'text', affinity, binding: 'text' } as const;
  if (numberTypes.test(name)) {
    const [precision, scale = 0] = sizes;
    return {
      type: 'decimal',
      affinity,
      binding: 'float',
      ...(precision === undefined ? {} : { wholeDigits: Math.max(0, precision - scale), scale }),
      rules: [exactDecimal],
    };
  }
  if (name === 'BOOLEAN' || name === 'BOOL') return { type: 'boolean', affinity, binding: 'boolean' };
  const asTime = { ...asText, emptyIsNull: true };
  if (name === 'DATE') return { ...asTime, rules: [sqliteDate] };
  if (/^(DATETIME|TIMESTAMP)/.test(name))
    return { ...asTime, rules: [sqliteTimestamp, ...(sizes[0] === undefined ? [] : [fractionOf(sizes[0])])] };
  if (/^TIME/.test(name))
    return { ...asTime, rules: [sqliteTime, ...(sizes[0] === undefined ? [] : [fractionOf(sizes[0])])] };
  return { ...asText, rules: [keptAsWritten(declared)] };
}

/** The bounds of a declared integer. A TINYINT is signed in some databases and unsigned in others, so both fit. */
function boundsOf(name: string): Pick<ExistingColumn, 'min' | 'max'> {
  const unsigned = /\bUNSIGNED\b/.test(name);
  const base = name.replace(/ ?\b(UN)?SIGNED\b ?/, '');
  if (base === 'TINYINT') return { min: unsigned ? 0 : -128, max: 255 };
  const bits = integerBits[base];
  if (bits !== undefined)
    return unsigned ? { min: 0, max: 2 ** bits - 1 } : { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
  return unsigned ? { min: 0, max: 2n ** 63n - 1n } : {};
}
