import { join } from 'node:path';
import { zipLikeWhole } from '../../adapters/zapier/built-zip.ts';
import { buildOnce } from '../machine/build-once.ts';
import { projectRoot } from '../machine/paths.ts';

/** Builds one of the small apps in this folder like the real ones. Returns the path of its zip. */
export async function buildFixture(name: 'fixture-app' | 'empty-app'): Promise<string> {
  const folder = join('test', 'support', 'zapier-runtime', name);
  const directory = join(projectRoot, folder);
  const result = join(directory, 'build', 'build.zip');
  await buildOnce([{ name, sources: [folder, join('zapier-app', 'build.mjs')], result }], () =>
    zipLikeWhole([directory]),
  );
  return result;
}
