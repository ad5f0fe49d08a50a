import { join } from 'node:path';
import { apps, type AppName } from '../../../scripts/generate/apps.ts';
import { buildOnce } from '../../support/machine/build-once.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';

const folderOf = (app: AppName): string => join(projectRoot, 'zapier-app', 'apps', app);

/**
 * The path of a Zapier app's `build.zip`, built first when it is missing or its sources have changed. Zapier's CLI, which takes
 * seconds, zips the app with all services; the other apps are zipped like it.
 */
export async function builtZip(app: AppName = 'pipewright'): Promise<string> {
  const like = app === 'pipewright' ? [] : ['--like', folderOf('pipewright')];
  if (app !== 'pipewright') await builtZip();
  return buildOnce({
    name: `zapier-app-${app}`,
    sources: ['zapier-app'],
    result: join(folderOf(app), 'build', 'build.zip'),
    build: () =>
      runCommand(node24(), [join(projectRoot, 'zapier-app', 'build.mjs'), ...like, folderOf(app)], {
        cwd: projectRoot,
      }),
  });
}

/** The paths of the zips of all apps, built one after another. */
export async function builtZips(): Promise<Record<AppName, string>> {
  const zips: [string, string][] = [];
  for (const app of Object.keys(apps) as AppName[]) zips.push([app, await builtZip(app)]);
  return Object.fromEntries(zips) as Record<AppName, string>;
}
