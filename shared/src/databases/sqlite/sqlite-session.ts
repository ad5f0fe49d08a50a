import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import { inSqlite } from './sqlite-error.ts';

const service = 'SQLite';

/**
 * Opens a database file, and creates it when it is missing.
 * @throws PipewrightError `invalid-input`, `not-found` (the folder), `unavailable` (not a database, or a Node without SQLite)
 */
export async function connectSqlite(path: string): Promise<DatabaseSync> {
  await checkPath(path);
  const { DatabaseSync } = await loadDriver();
  // An absolute path is never read as a URI, whose parameters could keep the database in memory.
  const database = inSqlite(() => new DatabaseSync(resolve(path)));
  inSqlite(() => database.exec('PRAGMA temp_store = FILE'));
  return database;
}

async function checkPath(path: string): Promise<void> {
  const problem =
    path === ''
      ? 'The path of the SQLite file is missing.'
      : /^(:memory:$|file:)/i.test(path)
        ? 'This is not the path of a SQLite file.'
        : undefined;
  if (problem !== undefined) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: problem,
      hint: 'Enter the path after sqlite:, such as sqlite:datasets.db. In-memory databases and URIs are not supported.',
    });
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory()) return;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: 'The folder of the SQLite file does not exist.',
    hint: 'Create the folder, or correct the path.',
  });
}

async function loadDriver(): Promise<{ DatabaseSync: new (path: string) => DatabaseSync }> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new PipewrightError({
      code: 'unavailable',
      service,
      message: `Node ${process.versions.node} does not include SQLite.`,
      hint: 'Use Node 22.13 or later, or load into PostgreSQL.',
      cause,
    });
  }
}
