import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The root directory of the project, found upwards from the working directory.
 *
 * Throws when the process was not started inside of the project.
 */
export function projectRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'zapier-app', 'build.mjs'))) return folder;
    if (folder === dirname(folder)) throw new Error(`${process.cwd()} is not inside of the project.`);
  }
}
