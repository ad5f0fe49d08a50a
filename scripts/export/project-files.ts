import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageName } from '../generate/packages.ts';

const repository = 'https://github.com/pipewright';

/** The parts of a package.json that are read here. */
interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

/** Tools that the repository of a single package needs, with the versions of this repository. */
const tools = [
  '@n8n/eslint-plugin-community-nodes',
  '@n8n/scan-community-package',
  '@types/node',
  'esbuild',
  'eslint',
  'n8n-workflow',
  'typescript',
];

/** The package.json of the repository of a single package. @param imported names of the packages that its sources import */
function exportedManifest(project: string, name: PackageName, imported: readonly string[]): string {
  const own = read(join(project, 'n8n-nodes', name, 'package.json'));
  const versions = {
    ...read(join(project, 'shared', 'package.json')).dependencies,
    ...read(join(project, 'package.json')).devDependencies,
  };
  const versionOf = (dependency: string): string => {
    const version = versions[dependency];
    if (!version) throw new Error(`No package.json states the version of ${dependency}.`);
    return version;
  };
  const address = `${repository}/${own.name}`;
  const dependencies = [...new Set([...tools, ...imported])].sort().map((one) => [one, versionOf(one)]);
  const manifest = {
    ...own,
    homepage: `${address}#readme`,
    bugs: { url: `${address}/issues` },
    repository: { type: 'git', url: `${address}.git` },
    scripts: {
      build: 'node tools/build-package.mjs .',
      lint: 'eslint package.json nodes credentials --max-warnings 0',
      types: 'tsc -p .',
      test: 'node --test test/*.test.mjs',
    },
    devDependencies: Object.fromEntries(dependencies) as Record<string, string>,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const tsconfig = (project: string): string => {
  const { compilerOptions } = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  return `${JSON.stringify({ compilerOptions: { ...compilerOptions, types: ['node'] }, include: ['nodes', 'credentials', 'src'] }, null, 2)}\n`;
};

const eslintConfig = `// The rules with which n8n reviews a package.
import { buildScanConfig } from '@n8n/scan-community-package/scanner/scanner.mjs';

export default await buildScanConfig();
`;

const test = `// Every registered file of the built package holds a class of its name, with all that n8n needs. Run \`npm run build\` first.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..');
const { n8n, name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const load = (path) => new (require(join(root, path))[basename(path).split('.')[0]])();
const credentials = new Map(n8n.credentials.map((path) => [load(path).name, load(path)]));

for (const path of n8n.nodes)
  test(\`\${path} describes a node with an icon, a codex file and a credential that can be tested\`, () => {
    const { description, methods } = load(path);
    for (const icon of Object.values(description.icon))
      assert.ok(existsSync(join(root, dirname(path), icon.replace('file:', ''))));
    const codex = JSON.parse(readFileSync(join(root, path.replace(/js$/, 'json')), 'utf8'));
    assert.equal(codex.node, \`\${name}.\${description.name}\`);
    for (const { name: type, testedBy } of description.credentials) {
      assert.ok(credentials.has(type));
      assert.equal(typeof methods.credentialTest[testedBy], 'function');
    }
  });

test('secrets are masked in the forms of the credentials', () => {
  const secrets = [...credentials.values()]
    .flatMap(({ properties }) => properties)
    .filter((property) => /secret|password|token/i.test(property.name));
  assert.ok(secrets.every(({ typeOptions }) => typeOptions?.password === true));
});
`;

const checkout = 'actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3';
const setupNode = 'actions/setup-node@249970729cb0ef3589644e2896645e5dc5ba9c38 # v6.5.0';

const workflow = `# Checks every push; a tag v1.2.3 also publishes the package with npm provenance, which n8n demands.
name: Package
on: [push, pull_request]
permissions:
  contents: read
jobs:
  package:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write # npm trusted publishing and provenance
    steps:
      - uses: ${checkout}
        with: { persist-credentials: false }
      - uses: ${setupNode}
        with: { node-version: 24, registry-url: 'https://registry.npmjs.org' }
      - run: npm ci --ignore-scripts
      - run: npm run types
      - run: npm run lint
      - run: echo "SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)" >> "$GITHUB_ENV"
      - run: npm run build
      - run: npm test
      - if: startsWith(github.ref, 'refs/tags/v')
        run: npm publish --provenance --access public
`;

/** The files of the repository of a single package other than its sources: text by path. */
export function projectFiles(project: string, name: PackageName, imported: readonly string[]): Map<string, string> {
  const copy = (path: string): string => readFileSync(join(project, path), 'utf8');
  return new Map([
    ['package.json', exportedManifest(project, name, imported)],
    ['tsconfig.json', tsconfig(project)],
    ['eslint.config.mjs', eslintConfig],
    ['test/package.test.mjs', test],
    ['.github/workflows/package.yml', workflow],
    ['.gitignore', 'node_modules/\ndist/\n*.tgz\nTHIRD-PARTY-NOTICES\nsbom.cdx.json\n'],
    ['README.md', copy(`n8n-nodes/${name}/README.md`)],
    ['LICENSE', copy('LICENSE')],
    ['tools/build-package.mjs', copy('n8n-nodes/build-package.mjs')],
    ...['leave-out', 'software-list', 'third-party-notices'].map((file): [string, string] => [
      `scripts/${file}.mjs`,
      copy(`scripts/${file}.mjs`),
    ]),
  ]);
}
