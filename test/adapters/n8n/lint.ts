import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packages, type PackageName } from '../../../scripts/generate/packages.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';
import { packedPackages, sourceFolder } from './build-package.ts';

/** Modes of n8n's linter: `strict` for n8n Cloud, `self-hosted` for packages that need sockets. */
type Setting = 'strict' | 'self-hosted';

/** What is linted, and how. */
type Target = [folder: string, setting: Setting, what: 'source' | 'tarball'];

/** The linter mode that a package must pass. */
function settingOf(name: PackageName): Setting {
  return packages[name].strict ? 'strict' : 'self-hosted';
}

/** The syntax tree of a bundle does not fit V8's young generation, and copying it takes up to a quarter of the processor time. */
const bigSyntaxTrees = ['--max-semi-space-size=128'];

const script = join(projectRoot, 'test', 'adapters', 'n8n', 'lint-folders.mjs');

async function lintFolders(targets: readonly Target[]): Promise<void> {
  // In folders that the rules treat as tests, they expect test file names.
  const { NODE_ENV: _ours, ...env } = process.env;
  await runCommand(node24(), [...bigSyntaxTrees, script, ...targets.flat()], { cwd: projectRoot, env });
}

/**
 * Lints the sources of a package as n8n does before verification: with n8n's own scanner and with the newest rules.
 * @param folder with its package.json
 * @throws Error with the findings
 */
export async function lintSource(name: PackageName, folder: string): Promise<void> {
  await lintFolders([[folder, settingOf(name), 'source']]);
}

async function withUnpacked(tarballs: readonly string[], work: (folders: string[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'n8n-scan-'));
  try {
    const folders: string[] = [];
    for (const tarball of tarballs) {
      const own = await mkdtemp(join(folder, 'package-'));
      await runCommand('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
      folders.push(own);
    }
    await work(folders);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Scans a packed package as n8n scans packages on npm.
 * @param tarball path of the .tgz
 * @throws Error with the findings
 */
export async function scanTarball(tarball: string, setting: Setting): Promise<void> {
  await withUnpacked([tarball], ([folder = '']) => lintFolders([[folder, setting, 'tarball']]));
}

/**
 * Lints the sources of packages and scans packed files.
 * @param packed packages whose packed files are scanned
 * @throws Error with the findings
 */
export async function lintPackages(
  names: readonly PackageName[],
  packed: readonly PackageName[] = names,
): Promise<void> {
  await withUnpacked(await packedPackages(packed), (folders) =>
    lintFolders([
      ...names.map((name): Target => [sourceFolder(name), settingOf(name), 'source']),
      ...packed.map((name, index): Target => [folders[index] ?? '', settingOf(name), 'tarball']),
    ]),
  );
}
