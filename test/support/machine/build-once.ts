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

/** What every build reads. */
const everywhere = ['package-lock.json', 'icons', 'scripts', 'shared'];

async function fingerprint(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for await (const file of filesIn(join(projectRoot, source))) {
      const { mtimeMs, size } = await stat(file);
      hash.update(`${relative(projectRoot, file)} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest('hex');
}

/** What a build of this project makes. */
export interface Artifact {
  /** Name of the lock and of the record of the last build. */
  name: string;
  /** Source files and folders relative to the project, in addition to the shared core and the scripts. */
  sources: readonly string[];
  /** A file that the build writes. */
  result: string;
}

const recordOf = ({ name }: Artifact): string => join(outputFolder, 'builds', name);

/**
 * Builds together the artifacts whose sources have changed since their last build, so that all test files of a run, and
 * the next run, share one build. Other processes wait for the build to finish.
 * @param build gets the artifacts that are out of date
 */
export async function buildOnce<One extends Artifact>(
  artifacts: readonly One[],
  build: (outdated: One[]) => Promise<unknown>,
): Promise<void> {
  const work = async (): Promise<void> => {
    const common = await fingerprint(everywhere);
    const current = new Map<One, string>();
    for (const one of artifacts) {
      const now = `${common} ${await fingerprint(one.sources)}`;
      const last = existsSync(one.result) ? await readFile(recordOf(one), 'utf8').catch(() => '') : '';
      if (last !== now) current.set(one, now);
    }
    if (current.size === 0) return;
    for (const one of current.keys()) {
      await rm(recordOf(one), { force: true });
      await mkdir(dirname(one.result), { recursive: true });
    }
    await build([...current.keys()]);
    for (const [one, now] of current) await writeFile(recordOf(one), now);
  };
  // In the order of their names, so that two processes never wait for each other.
  const inOrder = artifacts.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const locked = inOrder.reduceRight<() => Promise<void>>(
    (inner, one) => () => withLock(`${recordOf(one)}.lock`, () => undefined, inner),
    work,
  );
  await locked();
}
