import { PipewrightError } from '../../host/error.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/**
 * Refuses a load that needs a permission on an existing table that the user does not have, before rows are sent. Permissions
 * that can be granted per column are left to the server.
 * @param name quoted, with its schema
 * @throws PipewrightError `forbidden`
 * @see https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql
 */
export async function refuseMissingPermissions(session: SqlServerSession, name: string, mode: LoadMode): Promise<void> {
  for (const permission of mode === 'replace' ? ['INSERT', 'DELETE'] : ['INSERT']) {
    const [row] = await session.run(`SELECT HAS_PERMS_BY_NAME(@name, N'OBJECT', N'${permission}') AS allowed`, {
      name,
    });
    // NULL means that the server does not know.
    if (row?.['allowed'] === null || Number(row?.['allowed'] ?? 1) !== 0) continue;
    throw new PipewrightError({
      code: 'forbidden',
      service: 'SQL Server',
      message: `The database user has no ${permission} permission on ${name}.`,
      hint: `The table was not changed. Ask the administrator to run GRANT ${permission} ON ${name} TO this user.`,
    });
  }
}
