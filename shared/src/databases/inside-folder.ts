import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { types } from 'node:util';
import { PipewrightError } from '../host/error.ts';

/** Files that SQLite keeps beside a database and opens with it. @see https://www.sqlite.org/tempfiles.html */
const companions = ['-journal', '-wal', '-shm'];

/**
 * The path of a database file inside a folder, with symbolic links followed, so that no name leads out of the folder. The
 * file may not exist yet; a link to a file that does not exist, and links in place of the files that SQLite keeps beside
 * the database, are refused.
 * @param path relative to the folder, or absolute and inside of it
 * @throws PipewrightError `forbidden` when it would lie outside or is no file; `not-found` when the folder does not exist
 */
export async function insideFolder(folder: string, path: string): Promise<string> {
  const root = await realFolder(folder);
  if (path.includes('\0')) throw outside();
  const asked = resolve(root, path);
  // Compared before anything is read: whether a folder outside exists must not show.
  if (!contains(root, asked) && !contains(resolve(folder), asked)) throw outside();
  const parent = await realFolder(dirname(asked));
  const named = join(parent, basename(asked));
  if (!contains(root, named)) throw outside();
  const file = (await readEntry(named)) === undefined ? named : await realpath(named).catch(() => undefined);
  if (file === undefined || !contains(root, file)) throw outside();
  const found = await readEntry(file);
  if (found && !found.isFile()) throw notPlain('is not a file');
  // By a second name of the file, SQLite would not find the journal of the first; and it may lie outside.
  if (found && found.nlink > 1) throw notPlain('has several names (hard links)');
  for (const companion of companions) {
    const entry = await readEntry(`${file}${companion}`);
    if (entry && !entry.isFile()) throw notPlain(`has a link in place of its ${companion.slice(1)} file`);
  }
  return file;
}

/** What is at a path, links not followed; undefined when nothing is. */
async function readEntry(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw outside();
  }
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    throw new PipewrightError({
      code: 'not-found',
      message: 'The folder for database files does not exist.',
      hint: 'The operator of this host must create it.',
    });
  }
}

function outside(): PipewrightError {
  return new PipewrightError({
    code: 'forbidden',
    message: 'The database file would be outside the allowed folder.',
    hint: 'Enter a file name without a path, such as datasets.db.',
  });
}

function notPlain(what: string): PipewrightError {
  return new PipewrightError({
    code: 'forbidden',
    message: `The database file ${what}.`,
    hint: 'Enter the name of another file.',
  });
}
