import { PipewrightError } from '../../host/error.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/**
 * What to make of a table that could not be created because its name is taken: either another program made it meanwhile,
 * or it exists and the user of the connection has no permission on it, so that the catalog does not show it.
 * @param name quoted, with its schema
 * @param error what the server said, error 2714
 * @see https://learn.microsoft.com/sql/relational-databases/security/metadata-visibility-configuration
 */
export async function explainTakenName(session: SqlServerSession, name: string, error: unknown): Promise<unknown> {
  if (!(error instanceof PipewrightError) || error.code !== 'table-exists') return error;
  const [row] = await session.run('SELECT OBJECT_ID(@name) AS id', { name }).catch(() => []);
  if (row?.['id'] !== null) return error;
  return new PipewrightError({
    code: 'forbidden',
    service: 'SQL Server',
    message: `${name} exists, but the user of the connection has no permission to see it.`,
    hint: `The table was not changed. Let the administrator run GRANT SELECT, INSERT, UPDATE, DELETE, VIEW DEFINITION ON ${name} TO this user.`,
  });
}
