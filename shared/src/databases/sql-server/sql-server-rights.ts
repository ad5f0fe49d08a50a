import { PipewrightError } from '../../host/error.ts';
import type { LoadMode } from '../../datasets/load/target.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/**
 * Names a permission on an existing table that the user lacks, before a row is sent. Only those are looked at that cannot
 * be granted column by column; the server names the others when it refuses them.
 * @param name quoted, with its schema
 * @throws PipewrightError `forbidden`
 * @see https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql
 */
export async function refuseMissingRights(session: SqlServerSession, name: string, mode: LoadMode): Promise<void> {
  for (const right of mode === 'replace' ? ['INSERT', 'DELETE'] : ['INSERT']) {
    const [row] = await session.run(`SELECT HAS_PERMS_BY_NAME(@name, N'OBJECT', N'${right}') AS allowed`, { name });
    // NULL says that the server does not know.
    if (row?.['allowed'] === null || Number(row?.['allowed'] ?? 1) !== 0) continue;
    throw new PipewrightError({
      code: 'forbidden',
      service: 'SQL Server',
      message: `The user of the connection has no ${right} permission on ${name}.`,
      hint: `The table was not changed. Let the administrator run GRANT ${right} ON ${name} TO this user.`,
    });
  }
}
