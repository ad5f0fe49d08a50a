import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import type { PostgresColumn } from './postgres-rules.ts';
import type { PostgresSession } from './postgres-session.ts';
import { postgresType } from './postgres-types.ts';

const service = 'PostgreSQL';

/** A table, and the columns that it must have. */
interface Evolution {
  session: PostgresSession;
  /** Quoted, with its schema; and as requested. */
  table: string;
  tableName: string;
  columns: readonly InferredColumn[];
  existing: readonly PostgresColumn[];
}

/** What depends on a column, so that its type cannot change. */
const blockersQuery = `SELECT a.attname AS name, d.what FROM pg_attribute a JOIN (
    SELECT d.refobjsubid AS attnum, 'view ' || r.ev_class::regclass AS what FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1) AND r.ev_class <> to_regclass($1)
    UNION SELECT d.refobjsubid, 'rule ' || quote_ident(r.rulename) FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
      WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1) AND r.ev_class = to_regclass($1)
    UNION SELECT unnest(c.conkey), 'constraint ' || quote_ident(c.conname) FROM pg_constraint c WHERE c.conrelid = to_regclass($1) AND c.contype IN ('c', 'f', 'x')
    UNION SELECT unnest(c.confkey), 'constraint ' || quote_ident(c.conname) || ' of ' || c.conrelid::regclass FROM pg_constraint c WHERE c.confrelid = to_regclass($1) AND c.contype = 'f'
    UNION SELECT d.refobjsubid, 'policy ' || quote_ident(p.polname) FROM pg_depend d JOIN pg_policy p ON p.oid = d.objid
      WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1)
    UNION SELECT d.refobjsubid, 'generated column ' || quote_ident(g.attname) FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum
      WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1) AND g.attgenerated <> '' AND d.refobjsubid <> f.adnum
    UNION SELECT d.refobjsubid, 'trigger ' || quote_ident(t.tgname) FROM pg_depend d JOIN pg_trigger t ON t.oid = d.objid
      WHERE d.classid = 'pg_trigger'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1) AND d.refobjsubid > 0
    UNION SELECT unnest(p.partattrs), 'partitioning of the table' FROM pg_partitioned_table p WHERE p.partrelid = to_regclass($1)
    UNION SELECT unnest(i.indkey), 'index ' || i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = to_regclass($1) AND i.indpred IS NOT NULL
  ) d ON d.attnum = a.attnum WHERE a.attrelid = to_regclass($1) ORDER BY 1, 2`;

/**
 * Adds missing columns to a table, and widens the types that are too narrow.
 * @throws PipewrightError `conflict` that names what depends on a column
 */
export async function evolvePostgres({ session, table, tableName, columns, existing }: Evolution): Promise<void> {
  const widened: InferredColumn[] = [];
  const changes = columns.flatMap((column) => {
    const name = quoted(column.name);
    const before = existing.find((known) => known.name === column.name);
    const type = postgresType(column);
    if (!before) return [`ADD ${name} ${type}`];
    if (before.fixed || column.keepsType === true || before.declaration === type) return [];
    widened.push(column);
    return [`ALTER ${name} TYPE ${type} USING ${name}::${type}`];
  });
  if (changes.length === 0) return;
  const blockers = widened.length > 0 ? (await session.run(blockersQuery, [table])).rows : [];
  try {
    await session.run(`ALTER TABLE ${table} ${changes.join(', ')}`);
  } catch (error) {
    const reasons = widened
      .map((column) => ({
        column,
        what: blockers.filter(({ name }) => name === column.name).map(({ what }) => String(what)),
      }))
      .filter(({ what }) => what.length > 0);
    const [first] = reasons;
    if (!(error instanceof PipewrightError) || !first || error.retryable || error.code === 'forbidden') throw error;
    throw new PipewrightError({
      code: 'conflict',
      service,
      message: `The column “${first.column.name}” of the table “${tableName}” must become ${postgresType(first.column)}, but the ${first.what.slice(0, 5).join(', the ')} ${first.what.length > 1 ? 'depend' : 'depends'} on it.`,
      hint: 'The table was not changed. Correct the values, or drop what depends on the column, change its type, and create it again.',
      cause: error,
    });
  }
}
