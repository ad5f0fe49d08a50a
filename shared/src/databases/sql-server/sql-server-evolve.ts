import { PipewrightError } from '../../host/error.ts';
import type { ColumnType } from '../../datasets/types/column.ts';
import { fromText, toText } from './sql-server-text.ts';
import { quoteSqlServer as quoted } from '../quote-identifier.ts';
import type { SqlServerColumn } from './sql-server-table.ts';
import type { StagedColumn } from './sql-server-rows.ts';
import { decimalType, sqlServerType, textType } from './sql-server-types.ts';

/** A column that a load fills. */
export interface FilledColumn {
  name: string;
  /** Quoted. */
  quotedName: string;
  /** Its type after the load: `decimal(19,2)`. */
  declaration: string;
  /** The column before the load; undefined for a new one. */
  before: SqlServerColumn | undefined;
  /** T-SQL for its staged text, and for its value. */
  text: string;
  value: string;
  /** T-SQL for the value as a key: `value` with the length and collation of the column. */
  compared: string;
}

const service = 'SQL Server';

/** Digits of integer types that are widened to decimals. */
const integerDigits: Record<string, number> = { tinyint: 3, smallint: 5, int: 10, bigint: 19 };

/** Maximum fractional second digits. */
const maxFraction = 7;

/**
 * Plans the columns of the table after the load.
 * @param key names of the columns that identify a row
 * @param evolve whether existing columns may be widened
 * @throws PipewrightError `invalid-input` when no type is wide enough
 */
export function fillColumns(
  staged: readonly StagedColumn[],
  existing: readonly SqlServerColumn[] | undefined,
  key: readonly string[],
  evolve: boolean,
): FilledColumn[] {
  return staged.map((one) => {
    const { name } = one.column;
    const before = existing?.find((column) => column.name === name);
    const inKey = key.includes(name);
    const declaration = !before
      ? sqlServerType(one.column, one.facts, inKey)
      : evolve && !before.fixed
        ? widened(one, before, inKey)
        : before.declaration;
    refuseMisfit(one, before, declaration);
    const text = one.staged;
    const bare = fromText(declaration, text);
    // An empty text is NULL in a column that is not text.
    const hasBlanks = bare !== text && (one.column.hasEmptyStrings === true || (before !== undefined && evolve));
    const value = hasBlanks ? fromText(declaration, `NULLIF(${text}, N'')`) : bare;
    const isPlain = value === text;
    const short = isPlain && one.facts.longest <= 4000 ? `CONVERT(nvarchar(4000), ${text})` : value;
    const compared = isPlain && before?.collation ? `${short} COLLATE ${before.collation}` : short;
    return { name, quotedName: quoted(name), declaration, before, text, value, compared };
  });
}

/** The type of an existing column, or a wider one where values do not fit it. */
function widened(one: StagedColumn, before: SqlServerColumn, inKey: boolean): string {
  const { column, facts } = one;
  const { type, declaration } = before;
  if (column.keepsType) return declaration;
  const nextType: ColumnType = column.type;
  if (nextType !== type)
    return nextType === 'decimal'
      ? widerDecimal(one, integerDigits[declaration] ?? 19, 0)
      : textType(facts.longest, inKey);
  switch (type) {
    case 'boolean':
    case 'date':
    case 'uuid':
      return declaration;
    case 'integer':
      return 'bigint';
    case 'decimal':
      return widerDecimal(one, before.wholeDigits ?? 0, before.scale ?? 0);
    case 'timestamp':
    case 'timestamp-with-zone':
      // datetime and smalldatetime have no fraction digits, and converting them would change values.
      if (before.fractionDigits === undefined || facts.fraction <= before.fractionDigits) return declaration;
      return facts.fraction > maxFraction
        ? textType(facts.longest, inKey)
        : declaration.replace(/\(\d\)/, `(${facts.fraction})`);
    case 'text':
      return textType(facts.longest, inKey);
  }
}

const isText = (declaration: string): boolean => /^n?(var)?char\b|^n?text\b/.test(declaration);

function widerDecimal({ column, facts }: StagedColumn, whole: number, scale: number): string {
  const type = decimalType(Math.max(whole, facts.whole), Math.max(scale, facts.scale));
  if (type) return type;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The column “${column.name}” needs more than 38 digits, the most of a decimal.`,
    hint: 'The table was not changed. Correct the values, or change the column to a text type.',
  });
}

/** @throws PipewrightError `invalid-input` for a value that breaks a rule of a column that keeps its type */
function refuseMisfit({ column, facts }: StagedColumn, before: SqlServerColumn | undefined, declaration: string): void {
  const baseOf = (type: string): string => type.replace(/\(.*/, '');
  if (!facts.misfit || column.keepsType || !before || baseOf(before.declaration) !== baseOf(declaration)) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The value “${facts.misfit.value.slice(0, 60)}” does not fit the column “${column.name}”, which is ${declaration}: it ${facts.misfit.reason}.`,
    hint: 'The table was not changed. Correct the value, or change the type of the column in the database.',
  });
}

/** The statement that creates a table. */
export function createTable(table: string, columns: readonly FilledColumn[]): string {
  return `CREATE TABLE ${table} (${columns.map(({ quotedName, declaration }) => `${quotedName} ${declaration} NULL`).join(', ')})`;
}

/**
 * The statements that add missing columns to a table and widen the types that are too narrow.
 * @throws PipewrightError `conflict` for a masked column: changing its type could replace its values with the mask
 */
export function evolveTable(table: string, columns: readonly FilledColumn[]): string[] {
  const added = columns
    .filter(({ before }) => !before)
    .map(({ quotedName, declaration }) => `${quotedName} ${declaration} NULL`);
  return [
    ...(added.length > 0 ? [`ALTER TABLE ${table} ADD ${added.join(', ')}`] : []),
    ...columns.flatMap((column) => widenColumn(table, column)),
  ];
}

function widenColumn(table: string, { name, quotedName, declaration, before }: FilledColumn): string[] {
  if (!before || before.declaration === declaration) return [];
  if (before.masked) {
    throw new PipewrightError({
      code: 'conflict',
      service,
      message: `The column “${name}” is masked, so its type cannot be changed.`,
      hint: 'The table was not changed. Change the type of the column in the database, or correct the values.',
    });
  }
  const { by, then } =
    declaration.startsWith('nvarchar') && !isText(before.declaration)
      ? toText(before.declaration, quotedName)
      : { by: [] };
  // ALTER COLUMN would reset what it does not repeat to NULL and the collation of the database.
  const collation = before.collation ? ` COLLATE ${before.collation}` : '';
  const changes = [...by, declaration].map(
    (type) =>
      `ALTER TABLE ${table} ALTER COLUMN ${quotedName} ${type}${collation} ${before.nullable ? 'NULL' : 'NOT NULL'}`,
  );
  return then === undefined ? changes : [...changes, `UPDATE ${table} SET ${quotedName} = ${then}`];
}
