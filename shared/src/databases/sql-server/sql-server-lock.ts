import { lockedError } from '../load-errors.ts';
import type { SqlServerSession } from './sql-server-session.ts';

const lockTimeoutMs = 30_000;

/** An application lock. */
interface AppLock {
  /** Its name on the server, at most 255 characters. */
  resource: string;
  /** What ends it: the session, or the transaction. */
  owner: 'Session' | 'Transaction';
  /** Display name of the table that it protects. */
  table: string;
}

/**
 * Holds back other loads until this one ends. The server returns 0 or 1 when the lock was granted; -1 after the timeout;
 * -2 when the request was canceled; -3 for the victim of a deadlock; -999 for any other failure.
 * @throws PipewrightError `busy` when the lock was not granted
 * @see https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
 */
export async function takeAppLock(session: SqlServerSession, { resource, owner, table }: AppLock): Promise<void> {
  const [row] = await session.run(
    `DECLARE @got int; EXEC @got = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'${owner}', @LockTimeout = ${lockTimeoutMs}; SELECT @got AS got`,
    { resource },
  );
  const got = row?.['got'];
  // A result that is not a number does not grant the lock either.
  if (!(Number(got ?? NaN) >= 0)) throw lockedError('SQL Server', table);
}

/** Releases a lock of the session. */
export async function releaseAppLock(session: SqlServerSession, resource: string): Promise<void> {
  await session.run("EXEC sys.sp_releaseapplock @Resource = @resource, @LockOwner = N'Session'", { resource });
}
