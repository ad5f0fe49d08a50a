import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The root folder of the project, found upward from the working directory.
 *
 * Throws when the process was not started inside the project.
 */
export function projectRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'zapier-app', 'build.mjs'))) return folder;
    if (folder === dirname(folder)) throw new Error(`${process.cwd()} is not inside of the project.`);
  }
}
