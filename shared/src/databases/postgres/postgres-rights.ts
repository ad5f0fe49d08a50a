import { PipewrightError } from '../../host/error.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { Row } from '../sql-dialect.ts';
import type { PostgresSession } from './postgres-session.ts';

const service = 'PostgreSQL';

/** The privileges that each mode needs on an existing table. */
const neededPrivileges: Record<LoadMode, readonly string[]> = {
  create: [],
  append: ['INSERT'],
  replace: ['INSERT', 'DELETE'],
  upsert: ['SELECT', 'INSERT', 'UPDATE'],
};

/**
 * Refuses a load that needs a privilege on the table that the user does not have.
 * @param found the table as the catalog describes it, with `missing` privileges and the user
 * @throws PipewrightError `forbidden`
 */
export function refuseMissingPrivileges(table: string, { missing, person }: Row, mode: LoadMode): void {
  const lacking = neededPrivileges[mode].filter((privilege) => Array.isArray(missing) && missing.includes(privilege));
  if (lacking.length === 0) return;
  throw new PipewrightError({
    code: 'forbidden',
    service,
    message: `The user ${String(person)} has no ${lacking.join(' and ')} privilege on the table “${table}”.`,
    hint: `The table was not changed. Grant ${lacking.join(', ')} on the table to this user.`,
  });
}

/**
 * Refuses a new table in a schema where the user may not create one, before the dataset is read.
 * @param schema quoted
 * @throws PipewrightError `forbidden`
 */
export async function refuseWithoutCreate({ run }: PostgresSession, schema: string): Promise<void> {
  const { rows } = await run(
    "SELECT current_user AS person, pg_catalog.has_schema_privilege(oid, 'CREATE') AS allowed FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.to_regnamespace($1)",
    [schema],
  );
  if (!rows[0] || rows[0]['allowed'] === true) return;
  throw new PipewrightError({
    code: 'forbidden',
    service,
    message: `The user ${String(rows[0]['person'])} has no CREATE privilege on the schema ${schema}.`,
    hint: `Grant CREATE on the schema to this user, or load into an existing table.`,
  });
}
