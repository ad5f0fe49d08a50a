import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PipewrightError } from '../../host/error.ts';

/**
 * The path of a file inside a folder, with symbolic links followed, so that no name leads out of it.
 * @param path relative to the folder, or absolute and inside of it
 * @throws PipewrightError `forbidden` when it would lie outside; `not-found` when the folder does not exist
 */
export async function insideFolder(folder: string, path: string): Promise<string> {
  const root = await realFolder(folder);
  if (path.includes('\0')) throw outside();
  const asked = resolve(root, path);
  // Compared before anything is looked up: whether a folder outside exists is nobody's business.
  if (!contains(root, asked) && !contains(resolve(folder), asked)) throw outside();
  const parent = await realFolder(dirname(asked));
  const file = await realpath(asked).catch(() => join(parent, basename(asked)));
  if (!contains(root, file) || !contains(root, join(parent, basename(asked)))) throw outside();
  return file;
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
      hint: 'Its operator must make the folder first.',
    });
  }
}

function outside(): PipewrightError {
  return new PipewrightError({
    code: 'forbidden',
    message: 'The database file would lie outside of the folder that is allowed.',
    hint: 'Give a file name without a path, such as datasets.db.',
  });
}
