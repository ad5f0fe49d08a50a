import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../support/machine/command.ts';
import { packageNames, packages } from '../../../scripts/generate/packages.ts';
import { isThorough } from '../../support/thorough.ts';
import { lintPackages, scanTarball } from './lint.ts';
import { packedPackage } from './build-package.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'n8n-lint-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

// The drivers of the databases are two fifths of all packed code, and n8n does not verify the package that contains them.
const packed = packageNames.filter((name) => isThorough || packages[name].strict);

it("every package passes n8n's linter in its mode without warnings, and n8n's scanner when packed", () =>
  lintPackages(packageNames, packed));

describe.each(packageNames)('n8n-nodes-%s', (name) => {
  it('contains no unnecessary files', async () => {
    const tarball = await packedPackage(name);
    const listed = (await runCommand('tar', ['-tzf', tarball])).trim().split('\n');
    expect(listed).toEqual(
      expect.arrayContaining([
        'package/package.json',
        'package/README.md',
        'package/LICENSE',
        'package/THIRD-PARTY-NOTICES',
        'package/sbom.cdx.json',
      ]),
    );
    expect(
      listed.filter(
        (path) =>
          !/^package\/(package\.json|README\.md|LICENSE|THIRD-PARTY-NOTICES|sbom\.cdx\.json|dist\/((nodes|credentials)\/.+\.js(on)?|icons\/.+\.svg))$/.test(
            path,
          ),
      ),
    ).toEqual([]);
  });

  it('has no runtime dependency except n8n', async () => {
    const manifest = JSON.parse(
      await readFile(join(__dirname, '..', '..', '..', 'n8n-nodes', name, 'package.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest['peerDependencies']).toEqual({ 'n8n-workflow': '*' });
  });
});

it('the linter fails for a package that breaks the rules', async () => {
  const bad = await mkdtemp(join(folder, 'bad-'));
  await runCommand('tar', ['-xzf', await packedPackage('pipewright-mode'), '-C', bad, 'package/package.json']);
  await mkdir(join(bad, 'package', 'dist'));
  await writeFile(join(bad, 'package', 'dist', 'bad.js'), 'setTimeout(() => console.log(process.env), 1);\n');
  await runCommand('tar', ['-czf', join(bad, 'bad.tgz'), '-C', bad, 'package']);
  await expect(scanTarball(join(bad, 'bad.tgz'), 'strict')).rejects.toThrow(/restricted global 'process'/);
});
