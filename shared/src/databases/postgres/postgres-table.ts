import { PipewrightError } from '../../host/error.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import { refuseMissingPrivileges } from './postgres-rights.ts';
import { rulesOf, type PostgresColumn } from './postgres-rules.ts';
import type { Row } from '../sql-dialect.ts';
import type { PostgresSession } from './postgres-session.ts';

/** An existing table. */
export interface PostgresTable {
  columns: PostgresColumn[];
  /** Generated columns. */
  calculated: string[];
  /** Triggers and rules of the table and its partitions, which may drop, move or change rows: `trigger “audit”`. */
  causes: string[];
}

const service = 'PostgreSQL';

/** The type of each column without its domains, with the limits of the innermost domain. */
const columnsQuery = `WITH RECURSIVE typed AS (
    SELECT a.attnum, a.atttypid AS type, a.atttypmod AS limits, false AS domain, false AS required, 0 AS depth
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT b.attnum, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.limits END, true, b.required OR t.typnotnull, b.depth + 1
    FROM typed b JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype = 'd')
  SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS declaration, pg_catalog.format_type(b.type, b.limits) AS base,
    t.typname AS plain, t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AS built_in, b.domain,
    ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = b.type ORDER BY e.enumsortorder) AS labels,
    a.atthasdef OR a.attidentity <> '' AS optional, NOT a.attnotnull AND NOT b.required AS nullable, a.attgenerated <> '' AS calculated, a.attidentity = 'a' AS is_identity
  FROM pg_catalog.pg_attribute a
  JOIN (SELECT DISTINCT ON (attnum) * FROM typed ORDER BY attnum, depth DESC) b ON b.attnum = a.attnum
  JOIN pg_catalog.pg_type t ON t.oid = b.type
  WHERE a.attrelid = $1::oid ORDER BY a.attnum`;

const tableQuery = `SELECT c.oid, c.relkind AS kind, c.relhassubclass AND c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits WHERE inhparent = c.oid) AS parent,
    pg_catalog.row_security_active(c.oid) AS guarded, current_user AS person,
    ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) p WHERE NOT pg_catalog.has_any_column_privilege(c.oid, p))
      || ARRAY(SELECT 'DELETE' WHERE NOT pg_catalog.has_table_privilege(c.oid, 'DELETE')) AS missing
  FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)`;

/** Triggers and rules of the table and its partitions. Internal triggers of constraints do not change rows. */
const causesQuery = `WITH RECURSIVE part AS (
    SELECT $1::oid AS oid UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part ON part.oid = i.inhparent)
  SELECT 'trigger “' || t.tgname || '”' AS cause, false AS elsewhere FROM pg_catalog.pg_trigger t JOIN part ON part.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  UNION SELECT 'rule “' || r.rulename || '”', false FROM pg_catalog.pg_rewrite r JOIN part ON part.oid = r.ev_class WHERE r.ev_type <> '1' AND r.ev_enabled IN ('O', 'A')
  UNION SELECT 'partition ' || c.oid::pg_catalog.regclass, true FROM pg_catalog.pg_class c JOIN part ON part.oid = c.oid WHERE c.relkind = 'f'`;

/** Other sessions may read the table during the load, and write to it unless it is replaced; they may not alter it. */
const locks: Record<LoadMode, string | undefined> = {
  create: undefined,
  append: 'ROW EXCLUSIVE',
  upsert: 'ROW EXCLUSIVE',
  replace: 'SHARE ROW EXCLUSIVE',
};

/**
 * Reads a table by its quoted name and locks its definition until the transaction ends; undefined when it does not exist.
 * @throws PipewrightError `invalid-input` for anything that cannot be loaded into, `forbidden` when a privilege is missing, `busy` when another session has locked the table
 */
export async function readPostgresTable(
  session: PostgresSession,
  name: string,
  table: string,
  mode: LoadMode,
): Promise<PostgresTable | undefined> {
  const { run } = session;
  if (!(await findTable(session, name, table, mode))) return undefined;
  const lock = locks[mode];
  if (lock) await run(`LOCK TABLE ${name} IN ${lock} MODE`);
  const oid = await findTable(session, name, table, mode);
  if (!oid) return undefined;
  const causes = (await run(causesQuery, [oid])).rows;
  const elsewhere = causes.find((row) => row['elsewhere'] === true);
  if (elsewhere)
    throw refused(
      `The ${String(elsewhere['cause'])} of the table “${table}” is a foreign table: another server stores its rows, so they cannot be published atomically.`,
      'Load into another table.',
    );
  const { rows } = await run(columnsQuery, [oid]);
  return {
    columns: rows.filter((row) => row['calculated'] !== true).map(readColumn),
    calculated: rows.filter((row) => row['calculated'] === true).map((row) => String(row['name'])),
    causes: causes.map((row) => String(row['cause'])),
  };
}

/** The object ID of a table that can be loaded into; undefined when it does not exist. */
async function findTable({ run }: PostgresSession, name: string, table: string, mode: LoadMode): Promise<unknown> {
  const [found] = (await run(tableQuery, [name])).rows;
  if (!found) return undefined;
  const kind = String(found['kind']);
  if (kind === 'f')
    throw refused(
      `“${table}” is a foreign table: another server stores its rows, so they cannot be published atomically.`,
      'Load into the table on that server instead.',
    );
  if (kind !== 'r' && kind !== 'p')
    throw refused(`“${table}” is not a table; it may be a view.`, 'Choose another name.');
  if (found['guarded'] === true)
    throw refused(
      `Row-level security of the table “${table}” applies to the user ${String(found['person'])}, so some of its rows are invisible to the load.`,
      'Connect as the owner of the table or as a user with BYPASSRLS.',
    );
  if (mode === 'replace' && found['parent'] === true)
    throw refused(
      `Other tables inherit from the table “${table}”: replacing its rows would either delete their rows or keep them.`,
      'Choose the mode Append, or load into another table.',
    );
  refuseMissingPrivileges(table, found, mode);
  return found['oid'];
}

function readColumn(row: Row): PostgresColumn {
  const labels = Array.isArray(row['labels']) ? row['labels'].map(String) : [];
  return {
    name: String(row['name']),
    optional: row['optional'] === true,
    nullable: row['nullable'] === true,
    declaration: String(row['declaration']),
    isIdentity: row['is_identity'] === true,
    ...rulesOf({
      name: String(row['base']),
      plain: String(row['plain']),
      builtIn: row['built_in'] === true,
      domain: row['domain'] === true,
      labels,
    }),
  };
}

function refused(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', service, message, hint: `The table was not changed. ${hint}` });
}
