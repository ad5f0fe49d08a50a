import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../support/machine/command.ts';
import { n8nRequire } from '../../support/machine/n8n.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';

/** A package of this project that n8n loads. */
export type PackageName = 'pipewright' | 'pipewright-sql';

/** The folder of a package's sources. */
export function sourceFolder(name: PackageName): string {
  return join(projectRoot, 'n8n-nodes', name);
}

/** A package as after `npm install`, in its own folder. */
export interface BuiltPackage {
  folder: string;
  remove(): Promise<void>;
}

/**
 * Builds a package into a folder of its own, so that tests do not disturb each other, beside the n8n-workflow of an
 * n8n.
 * @param n8nFolder the folder of the install
 */
export async function buildPackage(name: PackageName, n8nFolder: string): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const source = sourceFolder(name);
  await runCommand(node24(), [join(projectRoot, 'n8n-nodes', 'build-package.mjs'), source, folder]);
  await copyFile(join(source, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, 'node_modules'));
  const workflow = packageFolder(n8nRequire(n8nFolder).resolve('n8n-workflow'), 'n8n-workflow');
  await symlink(workflow, join(folder, 'node_modules', 'n8n-workflow'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The folder of a package, from the path of one of its files. */
function packageFolder(file: string, name: string): string {
  let folder = dirname(file);
  while (!folder.endsWith(`/node_modules/${name}`)) {
    if (folder === dirname(folder)) throw new Error(`${file} is not in a package ${name}.`);
    folder = dirname(folder);
  }
  return folder;
}
