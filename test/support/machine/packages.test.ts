import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { packageNames, packages } from '../../../scripts/generate/packages.ts';
import { packedPackage } from '../../adapters/n8n/build-package.ts';
import { builtZip } from '../../adapters/zapier/built-zip.ts';
import { runCommand } from './command.ts';
import { node24, projectRoot } from './paths.ts';

const folder = mkdtempSync(join(tmpdir(), 'contents-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Contents {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { component: { name: string } };
  components: { name: string; version: string; purl: string; 'bom-ref': string; licenses: object[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** Names and versions of the bundled packages, found without the build's own list: by a second build with paths in comments. */
async function bundledIn(entries: string[], directory: string, platform: string): Promise<string[]> {
  const script = `import { build } from 'esbuild'; import { builtinModules } from 'node:module'; import { globSync } from 'node:fs'; import { leaveOut } from ${JSON.stringify(join(projectRoot, 'scripts', 'leave-out.mjs'))};
    const { outputFiles } = await build({ absWorkingDir: ${JSON.stringify(directory)}, entryPoints: ${JSON.stringify(entries)}.flatMap((one) => globSync(one, { cwd: ${JSON.stringify(directory)} })), outdir: 'x', bundle: true, write: false, plugins: [leaveOut], format: 'cjs', platform: ${JSON.stringify(platform)}, supported: { 'dynamic-import': false }, minifySyntax: true, mainFields: ['module', 'main'], external: ['n8n-workflow', 'pg-native', 'node:*', ...builtinModules], tsconfigRaw: '{}', logLevel: 'silent' });
    const found = new Set(outputFiles.flatMap(({ text }) => [...text.matchAll(/^(?:  )*\\/\\/ .*node_modules\\/((?:@[^/\\s]+\\/)?[^/\\s]+)\\//gm)].map(([, name]) => name)));
    process.stdout.write(JSON.stringify([...found].sort()));`;
  return JSON.parse(
    await runCommand(node24(), ['--input-type=module', '--eval', script], { cwd: projectRoot }),
  ) as string[];
}

/** Checks the list against CycloneDX 1.6, as far as this project uses it. */
function expectValid(list: Contents): void {
  expect(list).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), component: { type: 'application' } },
  });
  expect(list.serialNumber).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/);
  for (const component of list.components)
    expect(component).toMatchObject({
      type: 'library',
      name: expect.stringMatching(/./),
      version: expect.stringMatching(/\d/),
      purl: expect.stringMatching(/^pkg:npm\/.+@\d/),
      licenses: [expect.anything()],
    });
  const refs = list.components.map((component) => component['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
  for (const { ref, dependsOn } of list.dependencies)
    for (const one of [ref, ...dependsOn]) expect([...refs, list.dependencies[0]?.ref]).toContain(one);
}

describe.each(packageNames)('The tarball of n8n-nodes-%s', (name) => {
  const source = join(projectRoot, 'n8n-nodes', name);
  const unpacked = join(folder, name);

  beforeAll(async () => {
    mkdirSync(unpacked);
    await runCommand('tar', ['-xzf', await packedPackage(name), '-C', unpacked, '--strip-components=1']);
  });

  it('contains the licenses and a list of exactly the bundled packages', async () => {
    const notices = readFileSync(join(unpacked, 'THIRD-PARTY-NOTICES'), 'utf8');
    const list = JSON.parse(readFileSync(join(unpacked, 'sbom.cdx.json'), 'utf8')) as Contents;
    expectValid(list);
    expect(list.metadata.component.name).toBe(`n8n-nodes-${name}`);
    const names = await bundledIn(
      ['nodes/**/*.node.ts', 'credentials/*.credentials.ts'],
      source,
      packages[name].strict ? 'neutral' : 'node',
    );
    expect(names).toContain('valibot');
    expect([...new Set(list.components.map((component) => component.name))].sort()).toEqual(names);
    for (const component of list.components) expect(notices).toContain(`\n${component.name} ${component.version} (`);
    for (const part of notices.split(/^-{80}$/m).slice(1))
      expect(part).toMatch(/permission|redistribution|apache license/i);
    expect(existsSync(join(unpacked, 'LICENSE'))).toBe(true);
  });
});

it('the Zapier zip contains the license of every bundled package and lists them all', async () => {
  const zip = await builtZip();
  const entries = unzipSync(readFileSync(zip));
  const notices = Buffer.from(entries['dist/THIRD-PARTY-NOTICES.txt'] ?? []).toString('utf8');
  const list = JSON.parse(readFileSync(join(dirname(zip), 'sbom.cdx.json'), 'utf8')) as Contents;
  expectValid(list);
  const beside = Object.keys(entries).flatMap(
    (path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  const names = new Set(list.components.map((component) => component.name));
  for (const name of [...beside, 'valibot', 'pg', 'mysql2', 'tedious']) expect(names).toContain(name);
  for (const component of list.components) expect(notices).toContain(`\n${component.name} ${component.version} (`);
});
