import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageNames, packages, type PackageName } from '../../../scripts/generate/packages.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';
import { packPackage, sourceFolder } from './build-package.ts';

/** Modes of n8n's linter: `strict` for n8n Cloud, `self-hosted` for packages that need sockets. */
type Setting = 'strict' | 'self-hosted';

/** The linter mode that a package must pass. */
export function settingOf(name: PackageName): Setting {
  return packages[name].strict ? 'strict' : 'self-hosted';
}

const script = join(projectRoot, 'test', 'adapters', 'n8n', 'lint-folder.mjs');

async function lintFolder(folder: string, setting: Setting, what: 'source' | 'tarball'): Promise<void> {
  // In folders that the rules treat as tests, they expect test file names.
  const { NODE_ENV: _ours, ...env } = process.env;
  await runCommand(node24(), [script, folder, setting, what], { cwd: projectRoot, env });
}

/**
 * Lints the sources of a package as n8n does before verification: with n8n's own scanner and with the newest rules.
 * @param folder with its package.json; by default its folder in this repository
 * @throws Error with the findings
 */
export async function lintSource(name: PackageName, folder = sourceFolder(name)): Promise<void> {
  await lintFolder(folder, settingOf(name), 'source');
}

/**
 * Scans a packed package as n8n scans packages on npm.
 * @param tarball path of the .tgz
 * @throws Error with the findings
 */
export async function scanTarball(tarball: string, setting: Setting): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'n8n-scan-'));
  try {
    await runCommand('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
    await lintFolder(folder, setting, 'tarball');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lints the sources of every package and scans its packed files. @throws Error with the findings */
export async function lintPackages(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'n8n-pack-'));
  try {
    for (const name of packageNames) {
      await lintSource(name);
      await scanTarball((await packPackage(name, folder)).file, settingOf(name));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
