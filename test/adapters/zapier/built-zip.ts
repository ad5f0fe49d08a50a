import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../support/machine/lock.ts';
import { projectRoot } from '../../support/zapier-runtime/project-root.ts';

/** When anything in a folder was last changed, in milliseconds since 1970. */
async function changedAt(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs),
  );
  return Math.max(0, ...times);
}

/** The path of the Zapier app's `build.zip`, built first when it is missing or older than what it is built from. */
export async function builtZip(): Promise<string> {
  const root = projectRoot();
  const app = join(root, 'zapier-app');
  const zip = join(app, 'build', 'build.zip');
  await withLock(
    join(root, 'test', 'output', 'zapier-build.lock'),
    () => undefined,
    async () => {
      const sources = [join(root, 'shared', 'src'), join(app, 'src')];
      const newest = Math.max(
        ...(await Promise.all(sources.map(changedAt))),
        (await stat(join(app, 'build.mjs'))).mtimeMs,
      );
      const built = await stat(zip).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      if (built > newest) return;
      await promisify(execFile)(join(root, 'node_modules', '.bin', 'node'), [join(app, 'build.mjs')], { cwd: root });
    },
  );
  return zip;
}
