import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { withLock } from './lock.ts';
import { outputFolder, projectRoot } from './paths.ts';

/** Files that builds write among their sources. */
const written = new Set(['node_modules', 'dist', 'build', 'THIRD-PARTY-NOTICES', 'sbom.cdx.json']);

async function* filesIn(path: string): AsyncGenerator<string> {
  if ((await stat(path)).isFile()) return yield path;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (written.has(entry.name)) continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* filesIn(inner);
    else yield inner;
  }
}

async function fingerprint(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of ['package-lock.json', 'icons', 'scripts', 'shared', ...sources]) {
    for await (const file of filesIn(join(projectRoot, source))) {
      const { mtimeMs, size } = await stat(file);
      hash.update(`${relative(projectRoot, file)} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest('hex');
}

/** A build artifact of this project. */
export interface Build {
  /** Name of the lock and of the record of the last build. */
  name: string;
  /** Source files and folders relative to the project, in addition to the shared core and the scripts. */
  sources: readonly string[];
  /** A file that the build writes. */
  result: string;
  build(): Promise<unknown>;
}

/**
 * Runs a build unless its sources have not changed since the last one, so that all test files of a run, and the
 * next run, share one build. Other processes wait for the build to finish.
 * @returns the path of the result
 */
export async function buildOnce({ name, sources, result, build }: Build): Promise<string> {
  const record = join(outputFolder, 'builds', name);
  await withLock(
    `${record}.lock`,
    () => undefined,
    async () => {
      const current = await fingerprint(sources);
      if (existsSync(result) && (await readFile(record, 'utf8').catch(() => '')) === current) return;
      await rm(record, { force: true });
      await mkdir(dirname(result), { recursive: true });
      await build();
      await writeFile(record, current);
    },
  );
  return result;
}
