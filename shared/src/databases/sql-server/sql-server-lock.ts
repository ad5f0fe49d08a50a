import { busyError } from './sql-server-error.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/** Milliseconds for which a lock is waited for. */
const lockTimeout = 30_000;

/** What is locked. */
interface AppLock {
  /** Its name at the server, at most 255 characters. */
  resource: string;
  /** Until when it is held: the end of the session, or of the transaction. */
  owner: 'Session' | 'Transaction';
  /** The table for which it stands, for people. */
  table: string;
}

/**
 * Holds back other loads until this one ends. The server answers 0 or 1 when the lock was granted; -1 after the time
 * limit; -2 when the request was cancelled; -3 for the victim of a deadlock; -999 for any other failure.
 * @throws PipewrightError `busy` when the lock was not granted
 * @see https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
 */
export async function takeAppLock(session: SqlServerSession, { resource, owner, table }: AppLock): Promise<void> {
  const [row] = await session.run(
    `DECLARE @got int; EXEC @got = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'${owner}', @LockTimeout = ${lockTimeout}; SELECT @got AS got`,
    { resource },
  );
  const got = row?.['got'];
  // Anything but a number is no lock, either.
  if (!(Number(got ?? NaN) >= 0)) throw busyError(table);
}

/** Gives back a lock that was held for the session. */
export async function releaseAppLock(session: SqlServerSession, resource: string): Promise<void> {
  await session.run("EXEC sys.sp_releaseapplock @Resource = @resource, @LockOwner = N'Session'", { resource });
}
