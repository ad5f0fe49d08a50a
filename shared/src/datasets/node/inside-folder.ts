import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { PipewrightError } from '../../host/error.ts';

/**
 * The path of a file inside a folder, with symbolic links followed, so that no name leads out of it.
 * @throws PipewrightError `forbidden` when it would lie outside; `not-found` when the folder does not exist
 */
export async function insideFolder(folder: string, path: string): Promise<string> {
  let root: string;
  let parent: string;
  try {
    root = await realpath(folder);
    parent = await realpath(dirname(resolve(root, path)));
  } catch {
    throw new PipewrightError({ code: 'not-found', message: 'The folder for database files does not exist.', hint: 'Its operator must make the folder first.' });
  }
  const file = await realpath(join(parent, basename(path))).catch(() => join(parent, basename(path)));
  const way = relative(root, file);
  if (path.includes('\0') || way === '' || way.startsWith('..') || isAbsolute(way)) {
    throw new PipewrightError({ code: 'forbidden', message: 'The database file would lie outside of the folder that is allowed.', hint: 'Give a file name without a path, such as datasets.db.' });
  }
  return file;
}
