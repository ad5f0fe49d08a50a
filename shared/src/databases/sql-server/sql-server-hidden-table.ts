import { PipewrightError } from '../../host/error.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/**
 * Explains why a table name is taken: either another program created the table during the load, or the user has no
 * permission on it, so that the catalog does not show it.
 * @param name quoted, with its schema
 * @param error error 2714 of the server
 * @see https://learn.microsoft.com/sql/relational-databases/security/metadata-visibility-configuration
 */
export async function explainTakenName(session: SqlServerSession, name: string, error: unknown): Promise<unknown> {
  if (!(error instanceof PipewrightError) || error.code !== 'table-exists') return error;
  const [row] = await session.run('SELECT OBJECT_ID(@name) AS id', { name }).catch(() => []);
  if (row?.['id'] !== null) return error;
  return new PipewrightError({
    code: 'forbidden',
    service: 'SQL Server',
    message: `${name} exists, but the database user has no permission to see it.`,
    hint: `The table was not changed. Ask the administrator to run GRANT SELECT, INSERT, UPDATE, DELETE, VIEW DEFINITION ON ${name} TO this user.`,
  });
}
