import { join } from 'node:path';
import { apps, type AppName } from '../../../scripts/generate/apps.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';

/** The source files in the bundle of each app, relative to the root of the project. */
let inputs: Record<AppName, string[]>;

beforeAll(async () => {
  const script = `import { relative, resolve } from 'node:path';
    import { bundleZapierApp } from ${JSON.stringify(join(projectRoot, 'zapier-app', 'build.mjs'))};
    const bundles = await Promise.all(${JSON.stringify(Object.keys(apps))}.map(async (name) => {
      const folder = resolve('zapier-app', 'apps', name);
      const { outputs } = await bundleZapierApp(folder, { write: false });
      const used = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
      const paths = used.flatMap(([path, { bytesInOutput }]) => bytesInOutput > 0 ? [relative('', resolve(folder, path))] : []);
      return [name, [...new Set(paths)].sort()];
    }));
    process.stdout.write(JSON.stringify(Object.fromEntries(bundles)));`;
  inputs = JSON.parse(
    await runCommand(node24(), ['--input-type=module', '--eval', script], { cwd: projectRoot }),
  ) as typeof inputs;
});

const packagesOf = (name: AppName): Set<string> =>
  new Set(inputs[name].flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));

/** Database drivers and what only they need, such as tables of character sets. */
const drivers = ['pg', 'mysql2', 'tedious', 'iconv-lite'];
const withDatabases = new Set<AppName>(['datasets', 'pipewright']);

describe.each(Object.keys(apps) as AppName[])('The bundle of the Zapier app %s', (name) => {
  it(withDatabases.has(name) ? 'contains the database drivers' : 'contains no database driver and no engine', () => {
    const packages = packagesOf(name);
    expect(drivers.filter((driver) => packages.has(driver))).toEqual(withDatabases.has(name) ? drivers : []);
    expect(inputs[name].some((path) => path.startsWith('shared/src/databases/'))).toBe(withDatabases.has(name));
  });
});

it('Only apps whose senders may log in with Microsoft Entra contain the check of its tokens', () => {
  const names = (Object.keys(apps) as AppName[]).filter((name) =>
    inputs[name].includes('shared/src/webhooks/schemes/entra.ts'),
  );
  expect(names).toEqual(['azure', 'signed-webhooks', 'pipewright']);
});

const withVendors = (Object.keys(apps) as AppName[]).filter((name) => !withDatabases.has(name));

it.each(withVendors)('The bundle of the Zapier app %s contains the code of its own services only', (name) => {
  const folders = (paths: string[]) =>
    new Set(paths.flatMap((path) => /^shared\/src\/services\/([^/]+)\//.exec(path)?.[1] ?? []));
  const own = inputs[name].filter((path) => /^shared\/src\/services\/.+\/service\.ts$/.test(path));
  expect(own).toHaveLength(apps[name].services.length);
  expect(folders(inputs[name])).toEqual(folders(own));
});
