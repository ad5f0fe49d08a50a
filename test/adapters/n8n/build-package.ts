import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PackageName } from '../../../scripts/generate/packages.ts';
import { buildOnce } from '../../support/machine/build-once.ts';
import { runCommand } from '../../support/machine/command.ts';
import { n8nRequire } from '../../support/machine/n8n.ts';
import { node24, outputFolder, projectRoot } from '../../support/machine/paths.ts';

/** The source folder of a package. */
export function sourceFolder(name: PackageName): string {
  return join(projectRoot, 'n8n-nodes', name);
}

/** An installed package in its own folder, as after `npm install`. */
export interface BuiltPackage {
  folder: string;
  remove(): Promise<void>;
}

/**
 * Installs a package into its own folder, next to the n8n-workflow of an n8n. Builds the package first if its sources have
 * changed.
 * @param n8nFolder the folder of the n8n installation
 */
export async function buildPackage(name: PackageName, n8nFolder: string): Promise<BuiltPackage> {
  const tarball = await packedPackage(name);
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  await runCommand('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  await mkdir(join(folder, 'node_modules'));
  const workflow = packageFolder(n8nRequire(n8nFolder).resolve('n8n-workflow'), 'n8n-workflow');
  await symlink(workflow, join(folder, 'node_modules', 'n8n-workflow'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Builds a package in its own folder and packs it as `npm publish` would; returns the path of the .tgz. */
export async function packPackage(name: PackageName, destination: string): Promise<string> {
  const source = sourceFolder(name);
  await runCommand(node24(), [join(projectRoot, 'n8n-nodes', 'build-package.mjs'), source]);
  const printed = await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: source,
  });
  const [packed] = JSON.parse(printed) as { filename: string }[];
  return join(destination, packed?.filename ?? '');
}

/** The path of a package's .tgz, which is built and packed first if it is missing or its sources have changed. */
export function packedPackage(name: PackageName): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(sourceFolder(name), 'package.json'), 'utf8')) as { version: string };
  const folder = join(outputFolder, 'builds', 'packages');
  return buildOnce({
    name,
    sources: ['n8n-nodes'],
    result: join(folder, `n8n-nodes-${name}-${version}.tgz`),
    build: () => packPackage(name, folder),
  });
}

/** The folder of a package, derived from the path of one of its files. */
function packageFolder(file: string, name: string): string {
  let folder = dirname(file);
  while (!folder.endsWith(`/node_modules/${name}`)) {
    if (folder === dirname(folder)) throw new Error(`${file} is not in a package ${name}.`);
    folder = dirname(folder);
  }
  return folder;
}
