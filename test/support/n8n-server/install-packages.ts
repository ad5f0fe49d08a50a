import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runCommand } from '../machine/command.ts';

/**
 * Puts packages where n8n looks for community nodes, as npm would: their nodes are called `package-name.nodeName`, as after
 * publication. They have no dependencies, so unpacking them is enough.
 * @param userFolder n8n's N8N_USER_FOLDER
 * @param packages paths of .tgz files; may be empty
 * @throws Error with the output of tar when one cannot be unpacked
 */
export async function installPackages(userFolder: string, packages: readonly string[]): Promise<void> {
  const modules = join(userFolder, '.n8n', 'nodes', 'node_modules');
  for (const path of packages) {
    await mkdir(modules, { recursive: true });
    const unpacked = await mkdtemp(join(modules, '.unpacked-'));
    await runCommand('tar', ['-xzf', resolve(path), '-C', unpacked, '--strip-components=1']);
    const { name } = JSON.parse(await readFile(join(unpacked, 'package.json'), 'utf8')) as { name: string };
    const place = join(modules, name);
    await rm(place, { recursive: true, force: true });
    await mkdir(dirname(place), { recursive: true });
    await rename(unpacked, place);
  }
}
