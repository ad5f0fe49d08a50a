import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { unzipSync } from 'fflate';
import { apps } from '../../../scripts/generate/apps.ts';
import { runCommand } from '../../support/machine/command.ts';
import { projectRoot } from '../../support/machine/paths.ts';
import { startDeveloperApi, type DeveloperApi } from '../../support/zapier-runtime/developer-api.ts';
import { startZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';

let clone: string;
let api: DeveloperApi;

/** A clone in which nothing is built, because other tests build in the folders of the apps. */
beforeAll(async () => {
  clone = await realpath(await mkdtemp(join(tmpdir(), 'pipewright-push-')));
  const written = /^apps\/[^/]+\/(dist|build)$/;
  const source = join(projectRoot, 'zapier-app');
  await cp(source, join(clone, 'zapier-app'), {
    recursive: true,
    filter: (path) => !written.test(relative(source, path)),
  });
  for (const name of ['shared', 'scripts', 'node_modules', 'package.json', 'LICENSE'])
    await symlink(join(projectRoot, name), join(clone, name));
  api = await startDeveloperApi();
});
afterAll(async () => {
  await api?.close();
  await rm(clone, { recursive: true, force: true });
});

/** Types a command of Zapier's command line in the folder of a registered app. */
async function type(app: string, command: string): Promise<string> {
  await writeFile(join(folderOf(app), '.zapierapprc'), JSON.stringify(api.app));
  return typeIn(folderOf(app), [command]);
}

const folderOf = (app: string): string => join(clone, 'zapier-app', 'apps', app);

function typeIn(folder: string, words: string[]): Promise<string> {
  const { NODE_ENV: _test, ...environment } = process.env;
  return runCommand('npx', ['zapier-platform', ...words], {
    cwd: folder,
    env: {
      ...environment,
      ZAPIER_BASE_ENDPOINT: api.url,
      ZAPIER_DEPLOY_KEY: api.deployKey,
      DISABLE_ZAPIER_ANALYTICS: '1',
      npm_config_prefer_offline: 'true',
    },
  });
}

describe('In the folder of an app', () => {
  it('the command in its README registers it, and writes the ID that `push` reads', async () => {
    const readme = await readFile(join(folderOf('mode'), 'README.md'), 'utf8');
    const [, command = ''] = /^npx zapier-platform (register .+?) +# once$/m.exec(readme) ?? [];
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    // The answers to the remaining questions, which a terminal would ask.
    const answers = ['--url', 'https://example.com', '--role', 'user', '--category', 'databases', '--no-subscribe'];
    expect(await typeIn(folderOf('mode'), [...words, ...answers])).toContain('your integration is registered');
    const { title, description } = apps.mode;
    expect(api.registrations).toMatchObject([{ title, description, intention: 'private', subscription: false }]);
    expect(JSON.parse(await readFile(join(folderOf('mode'), '.zapierapprc'), 'utf8'))).toMatchObject(api.app);
  });

  it('`npx zapier-platform push` uploads its version, which boots in Zapier’s runtime', async () => {
    expect(await type('dbt', 'push')).toContain('Push complete!');
    const [upload, ...others] = api.uploads;
    if (!upload) throw new Error('Nothing was uploaded.');
    expect([upload.version, others]).toEqual([apps.dbt.version, []]);

    const zip = join(clone, 'uploaded.zip');
    await writeFile(zip, upload.zip);
    const zapier = await startZapierBackend(zip);
    try {
      expect(await zapier.validate()).toEqual([]);
      expect(Object.keys((await zapier.definition()).creates ?? {})).toContain('dbt_run_job');
    } finally {
      await zapier.close();
    }
  });

  it('the uploaded zip has the licenses of this project and of every package in it', () => {
    const entries = unzipSync(api.uploads[0]?.zip ?? new Uint8Array());
    expect(Buffer.from(entries['dist/LICENSE.txt'] ?? []).toString()).toContain('MIT License');
    const notices = Buffer.from(entries['dist/THIRD-PARTY-NOTICES.txt'] ?? []).toString();
    const installed = Object.keys(entries).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
    );
    const listed = new Set([...notices.matchAll(/^(\S+) v?\d\S* \(/gm)].map(([, name]) => name));
    expect(listed).toContain('valibot');
    expect([...new Set(installed)].filter((name) => !listed.has(name))).toEqual([]);
  });

  it('the source that Zapier keeps has the bundle, and neither the app’s ID nor installed packages', () => {
    const files = Object.keys(unzipSync(api.uploads[0]?.sourceZip ?? new Uint8Array()));
    expect(files).toEqual(expect.arrayContaining(['README.md', 'dist/index.js', 'package.json', 'src/index.ts']));
    expect(files.filter((path) => /zapierapprc|node_modules|build\/|\.env/.test(path))).toEqual([]);
  });

  it('`npx zapier-platform validate` also runs the integration checks of Zapier’s servers', async () => {
    const before = api.checked.length;
    const printed = await type('signed-webhooks', 'validate');
    expect(printed).toContain('This project is structurally sound!');
    expect(printed).toContain('Integration checks passed, no issues found.');
    expect(api.checked.slice(before)).toMatchObject([{ version: apps['signed-webhooks'].version }]);
  });
});
