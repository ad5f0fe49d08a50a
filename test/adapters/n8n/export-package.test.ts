import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportPackage } from '../../../scripts/export/export-package.ts';
import { runCommand } from '../../support/machine/command.ts';
import { node24, projectRoot } from '../../support/machine/paths.ts';
import { packedPackage } from './build-package.ts';
import { lintSource } from './lint.ts';

const name = 'pipewright-dbt';
const folder = mkdtempSync(join(tmpdir(), 'pipewright-export-'));
const place = join(folder, 'repository');

/** Builds the package as of a fixed time, and returns the checksum that `npm publish` would send. */
async function build(): Promise<string | undefined> {
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1767225600' };
  await runCommand(node24(), [join(place, 'tools', 'build-package.mjs'), place], { cwd: place, env });
  const printed = await runCommand('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], { cwd: place });
  return (JSON.parse(printed) as { integrity: string }[])[0]?.integrity;
}

let checksum: string | undefined;

beforeAll(async () => {
  exportPackage(projectRoot, name, place);
  symlinkSync(join(projectRoot, 'node_modules'), join(place, 'node_modules'));
  checksum = await build();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<string, unknown>;

/** A bundle without the paths of its sources, which esbuild writes into comments and names. */
const withoutPaths = (bundle: string): string =>
  bundle
    .replace(/^ *\/\/ .*\.(ts|js|mjs|cjs)$/gm, '')
    .replace(/"[^"\n]*node_modules\//g, '"')
    // Modules that are loaded when they are needed are named by their path.
    .replace(/^ *"[^"\n]+\.(ts|js|mjs|cjs)"\(\) \{$/gm, '');

describe('The exported repository of n8n-nodes-pipewright-dbt', () => {
  it('has only its own files, with imports that stay inside', () => {
    expect(existsSync(join(place, 'src', 'shared', 'services', 'dbt', 'service.ts'))).toBe(true);
    const services = globSync('src/shared/services/*', { cwd: place });
    expect(services).toEqual(['src/shared/services/dbt']);
    expect(globSync('icons/*', { cwd: place }).sort()).toEqual(['icons/dbt.dark.svg', 'icons/dbt.svg']);
    expect(manifest()).toMatchObject({
      license: 'MIT',
      repository: { type: 'git', url: expect.stringMatching(/dbt\.git$/) },
    });
    expect(manifest()['repository']).not.toHaveProperty('directory');
    for (const version of Object.values(manifest()['devDependencies'] as object)) expect(version).toMatch(/^\d/);
  });

  it('is complete: its types are right without this repository', () =>
    runCommand(node24(), [join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], { cwd: place }));

  it("passes n8n's linter without warnings", () => lintSource(name, place));

  it('passes its own tests', () => runCommand(node24(), ['--test', 'test/package.test.mjs'], { cwd: place }));

  it('builds the same bundles as this repository', async () => {
    const unpacked = mkdtempSync(join(folder, 'unpacked-'));
    await runCommand('tar', ['-xzf', await packedPackage(name), '-C', unpacked, '--strip-components=1']);
    const bundles = globSync('dist/**/*.js', { cwd: unpacked });
    expect(bundles).toHaveLength(4);
    expect(globSync('dist/**/*', { cwd: place }).sort()).toEqual(globSync('dist/**/*', { cwd: unpacked }).sort());
    for (const path of bundles) {
      const [here, there] = [unpacked, place].map((root) => withoutPaths(readFileSync(join(root, path), 'utf8')));
      expect(there).toBe(here);
    }
  });

  it('packs to the same checksum whenever it is built, if the time is given', async () => {
    expect(checksum).toMatch(/^sha512-/);
    expect(await build()).toBe(checksum);
  });

  it('is not written into a folder with files', () => {
    expect(() => exportPackage(projectRoot, name, place)).toThrow('is not empty');
  });
});
