import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/machine/command.ts';
import { node24, projectRoot } from '../support/machine/paths.ts';

const folder = join(projectRoot, '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

/** The actions of a workflow that are not pinned to a commit, and could therefore be replaced. */
const unpinned = (text: string): string[] =>
  [...text.matchAll(/^\s*-?\s*uses:\s*(.+)$/gm)]
    .map(([, used = '']) => used.trim())
    .filter((used) => !used.startsWith('./') && !/^[\w.-]+\/[\w./-]+@[\da-f]{40}\s+# v\d+\.\d+\.\d+$/.test(used));

/** Commands that install the latest versions from the registry instead of the locked ones. */
const unlocked = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => /\bnpm (?:i|install|update)\b|\bnpx (?!--no-install)/.test(line) && !line.trim().startsWith('#'));

describe.each(workflows)('The workflow %s', (_name, text) => {
  it('pins every action to a commit, with its version in a comment', () => {
    expect(text).toMatch(/uses:/);
    expect(unpinned(text)).toEqual([]);
  });

  it('has read-only permissions by default, and does not persist credentials', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n(?! )/m);
    expect(text.match(/persist-credentials: false/g)).toHaveLength(text.match(/actions\/checkout@/g)?.length ?? 0);
    expect(text).not.toMatch(/pull_request_target|write-all/);
  });

  it('installs exactly the locked versions', () => {
    expect(unlocked(text)).toEqual([]);
  });

  it('never interpolates untrusted values into a shell', () => {
    expect(
      text.match(
        /\$\{\{(?! (?:matrix\.(?:package|app)|github\.ref|vars\.\w+|secrets\.\w+|github\.token|steps\.(?:packages|apps)\.outputs\.folders|fromJSON\(needs\.test\.outputs\.(?:packages|apps)\)) \}\})/g,
      ),
    ).toBeNull();
  });
});

it('the workflow check detects an action pinned to a tag, and an install without the lockfile', () => {
  expect(
    unpinned(
      '      - uses: actions/checkout@v6\n      - uses: a/b@0123456789012345678901234567890123456789 # v1.2.3\n      - uses: a/b@main',
    ),
  ).toEqual(['actions/checkout@v6', 'a/b@main']);
  expect(unlocked('      - run: npm install --no-save\n      - run: npx tool\n      - run: npm test')).toHaveLength(2);
});

it('a release publishes every n8n package and uploads every Zapier app', () => {
  const { 'release.yml': release = '' } = Object.fromEntries(workflows);
  const matrices = [...release.matchAll(/matrix:\n\s+(\w+: .+)/g)].map(([, matrix]) => matrix);
  expect(matrices).toEqual([
    'package: ${{ fromJSON(needs.test.outputs.packages) }}',
    'app: ${{ fromJSON(needs.test.outputs.apps) }}',
  ]);
  const listed = (folder: string) => new RegExp(`run: echo "folders=\\$\\(ls ${folder}[ )|]`);
  expect(release).toMatch(listed('n8n-nodes'));
  expect(release).toMatch(listed('zapier-app/apps'));
});

it('CI runs .ci/run on push and on pull requests; a release publishes with provenance and attaches the SBOMs', () => {
  const texts = Object.fromEntries(workflows);
  expect(texts['ci.yml']).toMatch(/^on:\n {2}push:[\s\S]*^ {2}pull_request:/m);
  expect(texts['ci.yml']).toMatch(/run: \.ci\/run$/m);
  expect(texts['release.yml']).toMatch(/id-token: write[\s\S]*npm publish --provenance/);
  expect(texts['release.yml']).toMatch(/gh release create .*\.cdx\.json/);
});

describe('install-locked reports', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', optional: true },
      'node_modules/own': { link: true },
    },
  };
  const differences = async (installed: object): Promise<string[]> => {
    const script = `import { differences } from ${JSON.stringify(join(projectRoot, 'scripts', 'install-locked.mjs'))}; process.stdout.write(JSON.stringify(differences(${JSON.stringify(lock)}, ${JSON.stringify({ packages: installed })})));`;
    return JSON.parse(await runCommand(node24(), ['--input-type=module', '--eval', script])) as string[];
  };
  const a = { version: '1.0.0', integrity: 'sha512-a' };

  it.each([
    ['nothing where all is as in the lock', { 'node_modules/a': a }, []],
    [
      'another version',
      { 'node_modules/a': { ...a, version: '1.0.1' } },
      ['node_modules/a is installed in version 1.0.1; the lock names 1.0.0.'],
    ],
    [
      'other contents of the same version',
      { 'node_modules/a': { ...a, integrity: 'sha512-x' } },
      ['node_modules/a has another checksum than the lock names.'],
    ],
    [
      'a package that the lock does not name',
      { 'node_modules/a': a, 'node_modules/c': a },
      ['node_modules/c 1.0.0 is installed and not in the lock.'],
    ],
    ['a package that is missing', {}, ['node_modules/a is in the lock and not installed.']],
  ])('%s', async (_what, installed, said) => {
    expect(await differences(installed)).toEqual(said);
  });
});
