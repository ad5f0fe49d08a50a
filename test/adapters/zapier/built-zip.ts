import { join } from 'node:path';
import { apps, type AppName } from '../../../scripts/generate/apps.ts';
import { buildOnce } from '../../support/machine/build-once.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';

/** The app with all services. */
const whole: AppName = 'pipewright';

const folderOf = (app: AppName): string => join(projectRoot, 'zapier-app', 'apps', app);

const artifactOf = (app: AppName) => ({
  app,
  name: `zapier-app-${app}`,
  sources: ['zapier-app'],
  result: join(folderOf(app), 'build', 'build.zip'),
});

const build = (...args: string[]): Promise<string> =>
  runCommand(node24(), [join(projectRoot, 'zapier-app', 'build.mjs'), ...args], { cwd: projectRoot });

/** The path of the `build.zip` of the app with all services, made by Zapier's CLI, which takes seconds. */
async function wholeZip(): Promise<string> {
  const artifact = artifactOf(whole);
  await buildOnce([artifact], () => build(folderOf(whole)));
  return artifact.result;
}

/** Zips apps like the app with all services, without Zapier's CLI. @param folders of the apps */
export async function zipLikeWhole(folders: readonly string[]): Promise<void> {
  await wholeZip();
  await build('--like', folderOf(whole), ...folders);
}

/** The path of a Zapier app's `build.zip`, built first when it is missing or its sources have changed. */
export async function builtZip(app: AppName = whole): Promise<string> {
  if (app === whole) return wholeZip();
  const artifact = artifactOf(app);
  await buildOnce([artifact], () => zipLikeWhole([folderOf(app)]));
  return artifact.result;
}

/** The paths of the zips of all apps. */
export async function builtZips(): Promise<Record<AppName, string>> {
  const names = Object.keys(apps) as AppName[];
  await wholeZip();
  await buildOnce(names.filter((app) => app !== whole).map(artifactOf), (outdated) =>
    zipLikeWhole(outdated.map(({ app }) => folderOf(app))),
  );
  return Object.fromEntries(names.map((app) => [app, artifactOf(app).result])) as Record<AppName, string>;
}
