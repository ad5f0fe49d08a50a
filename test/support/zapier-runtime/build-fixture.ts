import { join } from 'node:path';
import { buildOnce } from '../machine/build-once.ts';
import { runCommand } from '../machine/command.ts';
import { node24, projectRoot } from '../machine/paths.ts';

/** Builds one of the small apps in this folder like the real one. Returns the path of its zip. */
export function buildFixture(name: 'fixture-app' | 'empty-app'): Promise<string> {
  const folder = join('test', 'support', 'zapier-runtime', name);
  const directory = join(projectRoot, folder);
  const build = join(projectRoot, 'zapier-app', 'build.mjs');
  return buildOnce({
    name,
    sources: [folder, join('zapier-app', 'build.mjs')],
    result: join(directory, 'build', 'build.zip'),
    build: () => runCommand(node24(), [build, directory], { cwd: projectRoot }),
  });
}
