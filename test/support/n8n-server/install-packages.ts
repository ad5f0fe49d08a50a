import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runCommand } from '../machine/command.ts';

/**
 * Installs packages where n8n looks for community nodes, as if they came from the npm registry: their nodes
 * are called `package-name.nodeName`, as after publication.
 * @param userFolder n8n's N8N_USER_FOLDER
 * @param packages paths of .tgz files; may be empty
 * @throws Error with the last lines of npm's output when one cannot be installed
 */
export async function installPackages(userFolder: string, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  const folder = join(userFolder, '.n8n', 'nodes');
  await mkdir(folder, { recursive: true });
  // Without a manifest here, npm would install into the nearest parent folder that has one.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'installed-nodes', private: true }));
  const files = packages.map((path) => resolve(path));
  const choices = ['--no-save', '--omit=peer', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await runCommand('npm', ['install', ...choices, ...files], { cwd: folder });
}
