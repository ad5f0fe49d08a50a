import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { types } from 'node:util';
import { PipewrightError } from '../host/error.ts';

/** Suffixes of the files that SQLite creates next to a database. @see https://www.sqlite.org/tempfiles.html */
const companions = ['-journal', '-wal', '-shm'];

/**
 * Resolves the path of a database file in a folder. Symbolic links are followed, so that no name leads out of the folder.
 * The file may be missing; dangling links, and links in place of SQLite's own files next to the database, are refused.
 * @param path relative to the folder, or absolute and inside of it
 * @throws PipewrightError `forbidden` when it is outside the folder or not a file; `not-found` when the folder does not exist
 */
export async function insideFolder(folder: string, path: string): Promise<string> {
  const root = await realFolder(folder);
  if (path.includes('\0')) throw outside();
  const requested = resolve(root, path);
  // Checked before anything is read, so that the error does not reveal whether an outside folder exists.
  if (!contains(root, requested) && !contains(resolve(folder), requested)) throw outside();
  const parent = await realFolder(dirname(requested));
  const named = join(parent, basename(requested));
  if (!contains(root, named)) throw outside();
  const file = (await readEntry(named)) === undefined ? named : await realpath(named).catch(() => undefined);
  if (file === undefined || !contains(root, file)) throw outside();
  const found = await readEntry(file);
  if (found && !found.isFile()) throw notRegular('is not a file');
  // Through a hard link, SQLite would not find the journal of the other name, which may also be outside the folder.
  if (found && found.nlink > 1) throw notRegular('has several names (hard links)');
  for (const companion of companions) {
    const entry = await readEntry(`${file}${companion}`);
    if (entry && !entry.isFile()) throw notRegular(`has a link in place of its ${companion.slice(1)} file`);
  }
  return file;
}

/** The entry at a path, without following links; undefined when there is none. */
async function readEntry(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw outside();
  }
}

function contains(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    throw new PipewrightError({
      code: 'not-found',
      message: 'The folder for database files does not exist.',
      hint: 'Ask the operator of this server to create it.',
    });
  }
}

function outside(): PipewrightError {
  return new PipewrightError({
    code: 'forbidden',
    message: 'The database file is outside the allowed folder.',
    hint: 'Enter a file name without a path, such as datasets.db.',
  });
}

function notRegular(problem: string): PipewrightError {
  return new PipewrightError({
    code: 'forbidden',
    message: `The database file ${problem}.`,
    hint: 'Enter another file name.',
  });
}
