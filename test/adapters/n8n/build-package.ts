import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { packageNames, packages, type PackageName } from '../../../scripts/generate/packages.ts';
import { buildOnce } from '../../support/machine/build-once.ts';
import { runCommand } from '../../support/machine/command.ts';
import { withLock } from '../../support/machine/lock.ts';
import { n8nRequire } from '../../support/machine/n8n.ts';
import { node24, outputFolder, projectRoot } from '../../support/machine/paths.ts';

/** The source folder of a package. */
export function sourceFolder(name: PackageName): string {
  return join(projectRoot, 'n8n-nodes', name);
}

/**
 * The folders of installed packages, as after `npm install`, next to the n8n-workflow of an n8n; by default of all. Builds the
 * packages whose sources have changed and unpacks them; all test files read the same folders.
 * @param n8nFolder the folder of the n8n installation
 */
export async function installedPackages(
  n8nFolder: string,
  names: readonly PackageName[] = packageNames,
): Promise<string[]> {
  const tarballs = await packedPackages(names);
  const root = join(outputFolder, 'builds', 'installed');
  return await withLock(
    `${root}.lock`,
    () => undefined,
    async () => {
      await mkdir(join(root, 'node_modules'), { recursive: true });
      await linkWorkflow(n8nFolder, join(root, 'node_modules', 'n8n-workflow'));
      return await Promise.all(tarballs.map((tarball) => unpackOnce(tarball, join(root, basename(tarball, '.tgz')))));
    },
  );
}

/** Unpacks a package into a folder of its build, and removes its earlier builds. */
async function unpackOnce(tarball: string, place: string): Promise<string> {
  const build = String(Math.round((await stat(tarball)).mtimeMs));
  const folder = join(place, build);
  if (existsSync(folder)) return folder;
  await rm(place, { recursive: true, force: true });
  const unpacked = join(place, 'unpacked');
  await mkdir(unpacked, { recursive: true });
  await runCommand('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
  await rename(unpacked, folder);
  return folder;
}

/** Links n8n-workflow to that of an n8n. */
async function linkWorkflow(n8nFolder: string, link: string): Promise<void> {
  const workflow = packageFolder(n8nRequire(n8nFolder).resolve('n8n-workflow'), 'n8n-workflow');
  if ((await readlink(link).catch(() => undefined)) === workflow) return;
  await rm(link, { force: true });
  await symlink(workflow, link);
}

/** A package as `npm publish` sends it. */
export interface Packed {
  /** Path of the .tgz. */
  file: string;
  version: string;
  /** Bytes of the .tgz. */
  size: number;
  /** Bytes of its files. */
  unpackedSize: number;
  /** SHA-512 of the .tgz, as registries and n8n write it: `sha512-…`. */
  integrity: string;
}

/** Builds packages in their own folders and packs them as `npm publish` would, in one call of npm. */
export async function packPackages(names: readonly PackageName[], destination: string): Promise<Packed[]> {
  const build = join(projectRoot, 'n8n-nodes', 'build-package.mjs');
  // One after the other, because each build uses all cores.
  for (const name of names) await runCommand(node24(), [build, sourceFolder(name)]);
  const printed = await runCommand(
    'npm',
    [
      ...['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
      ...names.flatMap((name) => ['--workspace', sourceFolder(name)]),
    ],
    { cwd: projectRoot },
  );
  const all = JSON.parse(printed) as (Packed & { name: string; filename: string })[];
  return names.map((name) => {
    const packed = all.find((one) => one.name === `n8n-nodes-${name}`);
    if (!packed) throw new Error(`npm pack printed nothing about ${name}.`);
    const { filename, version, size, unpackedSize, integrity } = packed;
    return { file: join(destination, filename), version, size, unpackedSize, integrity };
  });
}

/** The path of a package's .tgz, which is built and packed first if it is missing or its sources have changed. */
export async function packedPackage(name: PackageName): Promise<string> {
  const [tarball] = await packedPackages([name]);
  if (!tarball) throw new Error(`${name} was not packed.`);
  return tarball;
}

/** The paths of the .tgz files of several packages, in the same order; by default of all. */
export async function packedPackages(names: readonly PackageName[] = packageNames): Promise<string[]> {
  const folder = join(outputFolder, 'builds', 'packages');
  const artifacts = names.map((name) => {
    const manifest = readFileSync(join(sourceFolder(name), 'package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    return {
      name,
      sources: ['n8n-nodes/adapter', 'n8n-nodes/build-package.mjs', `n8n-nodes/${name}`],
      result: join(folder, `n8n-nodes-${name}-${version}.tgz`),
    };
  });
  await buildOnce(artifacts, (outdated) =>
    packPackages(
      outdated.map(({ name }) => name),
      folder,
    ),
  );
  return artifacts.map(({ result }) => result);
}

/** The type of a node in workflows: `n8n-nodes-pipewright-dbt.dbtTrigger`. @param node its name: `dbtTrigger` */
export function nodeType(node: string): string {
  const key = node.replace(/(Polling)?Trigger$/, '');
  const name = packageNames.find((one) => packages[one].services.some((service) => service.key === key));
  if (!name) throw new Error(`No package has a node ${node}.`);
  return `n8n-nodes-${name}.${node}`;
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
