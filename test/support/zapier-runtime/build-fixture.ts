import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './project-root.ts';

/** Builds one of the small apps next to this file with the recipe of the real one. Returns the path of its zip. */
export async function buildFixture(name: 'fixture-app' | 'empty-app'): Promise<string> {
  const root = projectRoot();
  const directory = join(root, 'test', 'support', 'zapier-runtime', name);
  const node = join(root, 'node_modules', '.bin', 'node');
  await promisify(execFile)(node, [join(root, 'zapier-app', 'build.mjs'), directory], { cwd: root });
  return join(directory, 'build', 'build.zip');
}
