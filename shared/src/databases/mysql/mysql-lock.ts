import { createHash } from 'node:crypto';
import { lockedError } from '../load-errors.ts';
import type { MysqlSession } from './mysql-session.ts';

const lockTimeoutSeconds = 30;

/**
 * Holds back other loads into a table until the lock is released, or the connection ends and its transaction with it.
 * @returns releases the lock
 * @throws PipewrightError `busy` after 30 seconds
 */
export async function lockTable({ run }: MysqlSession, schema: string, table: string): Promise<() => Promise<void>> {
  const lock = lockName(schema, table);
  const { rows } = await run('SELECT get_lock(?, ?) AS granted', [lock, lockTimeoutSeconds]);
  if (Number(rows[0]?.['granted']) !== 1) throw lockedError('MySQL', table);
  return async () => void (await run('SELECT release_lock(?) AS released', [lock]));
}

/** The name of a lock, which may have 64 characters. */
function lockName(schema: string, table: string): string {
  return `pipewright_${createHash('sha256').update(`${schema}.${table}`.toLowerCase()).digest('hex').slice(0, 32)}`;
}
