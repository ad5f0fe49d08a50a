import type { PostgresSession } from './postgres-session.ts';

/** Namespace of the advisory locks of loads: any number that other programs do not use. */
const lockSpace = 20_261_120;

/** Holds back other loads that create a record table, until the transaction ends. The number is arbitrary, too. */
export const createTableLock = 'SELECT pg_advisory_xact_lock(20261121)';

/**
 * Holds back other loads into a table until the transaction ends.
 * @param table quoted, with its schema
 * @throws PipewrightError `busy` after the lock timeout of the session
 */
export async function lockTable({ run }: PostgresSession, table: string): Promise<void> {
  await run('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [table, lockSpace]);
}
