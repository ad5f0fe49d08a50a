import { join } from 'node:path';
import { buildOnce } from '../../support/machine/build-once.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';

/** The path of the Zapier app's `build.zip`, built first when it is missing or its sources have changed. */
export function builtZip(): Promise<string> {
  const app = join(projectRoot, 'zapier-app');
  return buildOnce({
    name: 'zapier-app',
    sources: ['zapier-app'],
    result: join(app, 'build', 'build.zip'),
    build: () => runCommand(node24(), [join(app, 'build.mjs')], { cwd: projectRoot }),
  });
}
