import { PipewrightError } from '../../../host/error.ts';
import type { ColumnType } from '../../types/column.ts';
import { fromText } from './from-text.ts';
import { quoteSqlServer as quoted } from './quote-sql-server.ts';
import type { SqlServerColumn } from './sql-server-columns.ts';
import type { StagedColumn } from './sql-server-rows.ts';
import { decimalType, sqlServerType, textType } from './sql-server-types.ts';

/** A column of the table that is filled. */
export interface FilledColumn {
  name: string;
  /** Quoted. */
  quotedName: string;
  /** Its type once the load is published: `decimal(19,2)`. */
  declaration: string;
  /** As it stands in the table; undefined for one that the table gets. */
  before: SqlServerColumn | undefined;
  /** T-SQL for its text in the staging table, which is called `incoming`, and for its value. */
  text: string;
  value: string;
  /** T-SQL for a value that is compared with those of the table: `value`, as short and in the order of letters that the column has. */
  compared: string;
}

/** Whole digits of the integers that become decimals. */
const digitsOfInteger: Record<string, number> = { tinyint: 3, smallint: 5, int: 10, bigint: 19 };

/**
 * What the columns of a table shall be.
 * @param key names of the columns that tell rows apart
 * @param evolve whether those that are there may become wider
 * @throws PipewrightError `bad-input` when no type of SQL Server is wide enough
 */
export function fillColumns(staged: readonly StagedColumn[], existing: readonly SqlServerColumn[] | undefined, key: readonly string[], evolve: boolean): FilledColumn[] {
  return staged.map((one) => {
    const { name } = one.column;
    const before = existing?.find((column) => column.name === name);
    const inKey = key.includes(name);
    const declaration = !before ? sqlServerType(one.column, one.facts, inKey) : evolve ? widened(one, before, inKey) : before.declaration;
    const text = `incoming.${one.staged}`;
    const value = fromText(declaration, text);
    const isText = value === text;
    const short = isText && one.facts.longest <= 4000 ? `CONVERT(nvarchar(4000), ${text})` : value;
    const compared = isText && before?.collation ? `${short} COLLATE ${before.collation}` : short;
    return { name, quotedName: quoted(name), declaration, before, text, value, compared };
  });
}

/** The type of a column that is there, or a wider one where its values no longer fit. */
function widened({ column, facts }: StagedColumn, { type, declaration, longest, least, most, whole = 0, scale = 0 }: SqlServerColumn, inKey: boolean): string {
  const decimal = (before: number, behind: number): string => {
    const wider = decimalType(Math.max(before, facts.whole), Math.max(behind, facts.scale));
    if (wider) return wider;
    throw new PipewrightError({ code: 'bad-input', service: 'SQL Server', message: `The column “${column.name}” would need more than 38 digits.`, hint: 'The table is as it was. Correct the values, or make the column text.' });
  };
  const nextType: ColumnType = column.type;
  if (nextType !== type) return nextType === 'decimal' ? decimal(digitsOfInteger[declaration] ?? 19, 0) : textType(facts.longest, inKey);
  if (type === 'integer') return least !== undefined && most !== undefined && (facts.least < least || facts.most > most) ? 'bigint' : declaration;
  if (type === 'decimal') return facts.whole > whole || facts.scale > scale ? decimal(whole, scale) : declaration;
  return type === 'text' && longest !== undefined && facts.longest > longest ? textType(facts.longest, inKey) : declaration;
}

/** The statement that makes a table. */
export function createTable(table: string, columns: readonly FilledColumn[]): string {
  return `CREATE TABLE ${table} (${columns.map(({ quotedName, declaration }) => `${quotedName} ${declaration} NULL`).join(', ')})`;
}

/** The statements that give a table the columns that it lacks, and the types that are too narrow. */
export function changeTable(table: string, columns: readonly FilledColumn[]): string[] {
  const added = columns.filter(({ before }) => !before).map(({ quotedName, declaration }) => `${quotedName} ${declaration} NULL`);
  const wider = columns.flatMap(({ quotedName, declaration, before }) => {
    if (!before || before.declaration === declaration) return [];
    // What is not said again would be lost: a column may be NULL, and has the order of letters of the database.
    const collation = before.collation ? ` COLLATE ${before.collation}` : '';
    const change = `ALTER TABLE ${table} ALTER COLUMN ${quotedName} ${declaration}${collation} ${before.nullable ? 'NULL' : 'NOT NULL'}`;
    const words = `UPDATE ${table} SET ${quotedName} = CASE ${quotedName} WHEN N'1' THEN N'true' WHEN N'0' THEN N'false' END`;
    return before.type === 'boolean' ? [change, words] : [change];
  });
  return [...(added.length > 0 ? [`ALTER TABLE ${table} ADD ${added.join(', ')}`] : []), ...wider];
}
