// Bundles an n8n package of this workspace into its dist folder: one file per node and credential, including the shared core.
//
//   node n8n-nodes/build-package.mjs <directory> [<parent folder of dist>]
//
// n8n's build tool runs tsc file by file, so files outside the package would be missing.
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { leaveOut } from '../scripts/leave-out.mjs';
import { softwareList } from '../scripts/software-list.mjs';
import { bundledPackages, thirdPartyNotices } from '../scripts/third-party-notices.mjs';

/** The time that the list of contents states: https://reproducible-builds.org/specs/source-date-epoch/ */
function buildTime() {
  const seconds = process.env.SOURCE_DATE_EPOCH;
  return seconds ? new Date(Number(seconds) * 1000) : new Date();
}

/**
 * Bundles every node and credential of a package, copies icons, codex files and output schemas, and writes THIRD-PARTY-NOTICES and
 * sbom.cdx.json next to dist.
 *
 * @param {string} directory the package's directory
 * @param {string} [destination] parent folder of dist; by default the package's directory
 * @returns {Promise<{ files: number, bytes: number, bundled: ReturnType<typeof bundledPackages> }>} number of bundles, their total size, and the bundled packages
 * @throws Error when package.json and the files differ
 */
export async function buildPackage(directory, destination = directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const { n8n } = manifest;
  const registered = [...n8n.nodes, ...n8n.credentials].map((path) =>
    path.replace(/^dist\//, '').replace(/\.js$/, '.ts'),
  );
  const found = globSync('{nodes,credentials}/**/*.{node,credentials}.ts', { cwd: directory });
  const unknown = [...registered, ...found].filter((path) => !registered.includes(path) || !found.includes(path));
  if (unknown.length > 0) throw new Error(`package.json and the files differ: ${unknown.join(', ')}`);
  const dist = join(destination, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const { metafile, warnings } = await build({
    absWorkingDir: directory,
    entryPoints: found,
    outbase: '.',
    outdir: dist,
    bundle: true,
    plugins: [leaveOut],
    format: 'cjs',
    // "neutral" keeps Node modules out of a strict package; a self-hosted package imports what it needs.
    platform: n8n.strict ? 'neutral' : 'node',
    // re2js reads them from globalThis, which n8n's scanner rejects.
    define: { 'globalThis.TextEncoder': 'TextEncoder', 'globalThis.TextDecoder': 'TextDecoder' },
    mainFields: ['module', 'main'],
    target: 'node22',
    // A driver is loaded when its database is selected; some loaders reject import() in CommonJS.
    supported: { 'dynamic-import': false },
    external: ['n8n-workflow', 'pg-native', ...builtinModules, 'node:*'],
    minifySyntax: true,
    legalComments: 'none',
    tsconfigRaw: '{}',
    metafile: true,
    logLevel: 'silent',
  });
  for (const { text, location } of warnings) console.warn(`${location?.file}:${location?.line}: ${text}`);
  const icons = new Set(
    found.flatMap((path) => readFileSync(join(directory, path), 'utf8').match(/icons\/[\w.-]+\.svg/g) ?? []),
  );
  for (const path of icons) cpSync(join(directory, path), join(dist, path), { dereference: true });
  for (const path of globSync('nodes/**/*.json', { cwd: directory })) cpSync(join(directory, path), join(dist, path));
  const bundled = bundledPackages(metafile, directory);
  writeFileSync(join(destination, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(bundled));
  writeFileSync(
    join(destination, 'sbom.cdx.json'),
    `${JSON.stringify(softwareList(manifest, bundled, buildTime()), null, 2)}\n`,
  );
  const outputs = Object.values(metafile.outputs);
  return { files: outputs.length, bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0), bundled };
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  try {
    const { files, bytes } = await buildPackage(...process.argv.slice(2, 4).map((path) => resolve(path)));
    console.log(`${files} bundles, ${Math.round(bytes / 1024)} KB`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
