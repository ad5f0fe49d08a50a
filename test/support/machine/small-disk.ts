import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** A file system in memory that is soon full. */
export interface SmallDisk {
  folder: string;
  /** Takes it away with all that is on it. */
  remove(): Promise<void>;
}

/**
 * Makes a small file system; it takes root to do so, as it does to install what the tests need.
 * @throws an error when this process may not mount one
 */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-disk-'));
  await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  return {
    folder,
    async remove() {
      await runCommand('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}
