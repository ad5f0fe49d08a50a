import { PipewrightError } from '../../host/error.ts';
import type { ExistingColumn } from '../../datasets/load/existing-column.ts';
import { limitsOf } from './sql-server-rules.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { declarationOf, typeOfSqlServer, type CatalogColumn } from './sql-server-types.ts';

/** A column of an existing table. */
export interface SqlServerColumn extends ExistingColumn {
  /** Its type as DDL writes it: `nvarchar(20)`. */
  declaration: string;
  /** Collation of a text, which determines the characters of a `varchar`. */
  collation: string | undefined;
  /** Code page of a text that is not Unicode: 1252. */
  codePage: number | undefined;
  /** Whether it is an identity column. */
  isIdentity: boolean;
  /** Whether it is masked for users without the permission UNMASK. */
  masked: boolean;
  /** Whether the server generates its values: it is computed, a row version, or a period column. */
  calculated: boolean;
  /** Why it cannot be loaded, to follow "The column “x” of the table “t”": "is a column set". */
  refusal: string | undefined;
}

/**
 * Reads the table and its columns. An alias type has the system type of its base; a CLR type has none.
 * @see https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql
 * @see https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql
 */
const query = `SELECT o.type AS kind, t.is_memory_optimized AS in_memory, t.is_external AS outside, t.temporal_type AS temporal,
  c.name AS name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)) AS type,
  c.max_length AS bytes, c.[precision] AS digits, c.scale AS scale, c.collation_name AS collation, CONVERT(int, COLLATIONPROPERTY(c.collation_name, 'CodePage')) AS code_page,
  c.is_nullable AS nullable, c.is_identity AS is_identity, c.default_object_id AS standard, c.is_computed AS computed, c.generated_always_type AS generated,
  c.is_hidden AS hidden, c.is_column_set AS column_set, c.encryption_type AS encryption, c.is_masked AS masked, c.is_ansi_padded AS padded
FROM sys.objects AS o LEFT JOIN sys.tables AS t ON t.object_id = o.object_id LEFT JOIN sys.columns AS c ON c.object_id = o.object_id
WHERE o.object_id = OBJECT_ID(@name) ORDER BY c.column_id`;

const isTrue = (value: unknown): boolean => value === true || Number(value) === 1;

/**
 * Reads the columns of a table; undefined when it does not exist, or the user may not see it.
 * @param name quoted, with its schema
 * @throws PipewrightError `invalid-input` for a view, or a kind of table that cannot be loaded
 */
export async function readSqlServerColumns(
  session: SqlServerSession,
  name: string,
  table: string,
): Promise<SqlServerColumn[] | undefined> {
  const rows = await session.run(query, { name });
  const [first] = rows;
  if (!first) return undefined;
  refuseKind(first, table);
  return rows.filter((row) => row['name'] !== null).map(columnOf);
}

function refuseKind({ kind, in_memory: inMemory, outside, temporal }: Record<string, unknown>, table: string): void {
  const refused = (message: string, hint = 'Load into another table.'): PipewrightError =>
    new PipewrightError({ code: 'invalid-input', service: 'SQL Server', message, hint });
  if (String(kind).trim() !== 'U')
    throw refused(`“${table}” is not a table; it may be a view.`, 'Choose another name.');
  // Without a table lock, a load would show some of its rows before others.
  if (isTrue(inMemory))
    throw refused(
      `The table “${table}” is memory-optimized: it cannot be locked, so its rows cannot be replaced atomically.`,
      'Load into a disk-based table, and copy the rows from there.',
    );
  if (isTrue(outside)) throw refused(`The table “${table}” is an external table.`);
  if (Number(temporal) === 1)
    throw refused(
      `The table “${table}” is the history of a temporal table, which only the server can write.`,
      'Load into the temporal table itself.',
    );
}

function columnOf(row: Record<string, unknown>): SqlServerColumn {
  const catalog: CatalogColumn = {
    type: String(row['type']),
    bytes: Number(row['bytes']),
    precision: Number(row['digits']),
    scale: Number(row['scale']),
    codePage: row['code_page'] === null ? undefined : Number(row['code_page']),
    keepsSpaces: row['padded'] === null || isTrue(row['padded']),
  };
  const isIdentity = isTrue(row['is_identity']);
  const calculated = isCalculated(catalog.type, row);
  const refusal = calculated ? undefined : refusalOf(catalog.type, row);
  const isClosed = calculated || refusal !== undefined;
  return {
    name: String(row['name']),
    type: isClosed ? 'text' : typeOfSqlServer(catalog.type),
    optional: isClosed || isIdentity || Number(row['standard']) !== 0,
    nullable: isClosed || isTrue(row['nullable']),
    ...(isClosed ? {} : limitsOf(catalog)),
    declaration: declarationOf(catalog),
    collation: typeof row['collation'] === 'string' ? row['collation'] : undefined,
    codePage: catalog.codePage,
    isIdentity,
    masked: isTrue(row['masked']),
    calculated,
    refusal,
  };
}

/** Types with validation rules. */
const loadable =
  /^(?:tinyint|smallint|int|bigint|bit|decimal|numeric|money|smallmoney|float|real|date|time|datetime|datetime2|smalldatetime|datetimeoffset|n?char|n?varchar|n?text|(?:var)?binary|uniqueidentifier)$/;

function isCalculated(type: string, row: Record<string, unknown>): boolean {
  return (
    isTrue(row['computed']) ||
    type === 'timestamp' ||
    type === 'rowversion' ||
    Number(row['generated']) > 0 ||
    isTrue(row['hidden'])
  );
}

function refusalOf(type: string, row: Record<string, unknown>): string | undefined {
  if (isTrue(row['column_set'])) return 'is a column set';
  if (row['encryption'] !== null && Number(row['encryption']) > 0)
    return 'is encrypted with Always Encrypted, for which Pipewright has no keys';
  if (loadable.test(type)) return undefined;
  return `has the type ${type}, whose values SQL Server would change`;
}

/**
 * Refuses a dataset with columns that cannot be loaded.
 * @param names of the dataset
 * @throws PipewrightError `invalid-input` that names the first of them
 */
export function refuseUnwritable(
  names: readonly string[],
  columns: readonly SqlServerColumn[] | undefined,
  table: string,
): void {
  const found = columns?.find(({ name, refusal }) => refusal !== undefined && names.includes(name));
  if (!found) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service: 'SQL Server',
    message: `The column “${found.name}” of the table “${table}” ${found.refusal}.`,
    hint: 'The table was not changed. Remove the column from the dataset, or load into another table and convert its values there.',
  });
}
