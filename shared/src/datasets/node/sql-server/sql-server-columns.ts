import { PipewrightError } from '../../../host/error.ts';
import type { ExistingColumn } from '../../load/target.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { declarationOf, limitsOf, typeOfSqlServer } from './sql-server-types.ts';

/** A column of a table that is there already, as SQL Server has it. */
export interface SqlServerColumn extends ExistingColumn {
  /** `nvarchar(20)`. */
  declaration: string;
  /** Of a text: how it is compared and, in a `varchar`, which letters it holds. */
  collation: string | undefined;
  /** Whether the server numbers it. */
  numbered: boolean;
}

/**
 * The type of an alias is that of its base; a type of .NET has no base. Columns that the server fills itself are left
 * out: computed ones, those of a system-versioned table, and a row's version.
 * @see https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql
 */
const query = `SELECT o.type AS kind, c.name AS name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)) AS type,
  c.max_length AS bytes, c.[precision] AS digits, c.scale AS scale, c.collation_name AS collation,
  c.is_nullable AS nullable, c.is_identity AS numbered, c.default_object_id AS standard
FROM sys.objects AS o LEFT JOIN sys.columns AS c
  ON c.object_id = o.object_id AND c.is_computed = 0 AND c.generated_always_type = 0 AND c.system_type_id <> 189
WHERE o.object_id = OBJECT_ID(@name) ORDER BY c.column_id`;

const isTrue = (value: unknown): boolean => value === true || Number(value) === 1;

/**
 * The columns of a table that can be written; undefined when there is none of that name.
 * @param name quoted, with its schema
 * @throws PipewrightError `bad-input` for a view
 */
export async function readSqlServerColumns(session: SqlServerSession, name: string, table: string): Promise<SqlServerColumn[] | undefined> {
  const rows = await session.run(query, { name });
  const [first] = rows;
  if (!first) return undefined;
  if (String(first['kind']).trim() !== 'U') {
    throw new PipewrightError({ code: 'bad-input', service: 'SQL Server', message: `“${table}” is not a table; it may be a view.`, hint: 'Choose another name.' });
  }
  return rows
    .filter((row) => row['name'] !== null)
    .map((row) => {
      const catalog = { type: String(row['type']), bytes: Number(row['bytes']), precision: Number(row['digits']), scale: Number(row['scale']) };
      const numbered = isTrue(row['numbered']);
      return {
        name: String(row['name']),
        type: typeOfSqlServer(catalog.type),
        optional: numbered || Number(row['standard']) !== 0,
        nullable: isTrue(row['nullable']),
        ...limitsOf(catalog),
        declaration: declarationOf(catalog),
        collation: typeof row['collation'] === 'string' ? row['collation'] : undefined,
        numbered,
      };
    });
}
