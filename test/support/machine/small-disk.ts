import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** An in-memory file system with little space. */
export interface SmallDisk {
  folder: string;
  /** Removes it with all its files. */
  remove(): Promise<void>;
}

/**
 * Mounts a small file system. This requires root, as does installing what the tests need.
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
