import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../machine/free-port.ts';
import { withLock } from '../machine/lock.ts';
import { n8nVersion, type N8nInstall } from '../machine/n8n.ts';
import { cacheFolder } from '../machine/paths.ts';
import { N8nApi } from './n8n-api.ts';
import { n8nEnvironment } from './n8n-environment.ts';
import { launchN8n } from './n8n-process.ts';

/** The data folder of an n8n that has created its SQLite database and its owner, kept for all runs and clones. */
const prepared = join(cacheFolder, `n8n-${n8nVersion}-data`);

/** Starts n8n once in a new folder, because creating its database takes a third of the CPU time of a first start. */
async function prepare(install: N8nInstall): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-n8n-'));
  const port = await findFreePort();
  const api = new N8nApi(`http://127.0.0.1:${port}`);
  const environment = n8nEnvironment(folder, port, await findFreePort());
  const server = await launchN8n(install.folder, 'start', environment, api.baseUrl);
  try {
    await api.setUpOwner();
  } finally {
    await server.stop();
  }
  await cp(join(folder, '.n8n'), `${prepared}.new`, { recursive: true });
  await rename(`${prepared}.new`, prepared);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Copies the prepared data folder into an empty one; a folder that n8n has used is left as it is. */
export async function fillDataFolder(install: N8nInstall, userFolder: string): Promise<void> {
  if (existsSync(join(userFolder, '.n8n', 'config'))) return;
  await withLock(
    `${prepared}.lock`,
    () => undefined,
    async () => {
      if (existsSync(prepared)) return;
      await rm(`${prepared}.new`, { recursive: true, force: true });
      await prepare(install);
    },
  );
  await cp(prepared, join(userFolder, '.n8n'), { recursive: true });
}
