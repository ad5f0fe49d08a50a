import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import { findExecutable, runCommand } from './command.ts';
import type { Log } from './command.ts';
import { withLock } from './lock.ts';
import { nodeRequire } from './main-realm.ts';
import { bundledNodeFolder, cacheFolder, node24, projectRoot } from './paths.ts';
import { installSystemPackages } from './system-package.ts';

/** The n8n version that all tests use. */
export const n8nVersion = '2.41.1';

/** A complete n8n installation on this machine. */
export interface N8nInstall {
  /** The folder with the node_modules that contains n8n. */
  folder: string;
  version: string;
}

/**
 * n8n's dependencies ask for versions that registries do not always carry; these versions are known to work.
 * Of the packages with native builds, n8n needs two; the others are for nodes that are not used here.
 */
const workspace = `packages: []
overrides:
  linkedom: 0.18.12
  '@langchain/langgraph': 1.4.18
  '@langchain/langgraph-sdk': 1.12.4
allowBuilds:
  isolated-vm: true
  sqlite3: true
${[
  '@confluentinc/kafka-javascript',
  '@parcel/watcher',
  '@scarf/scarf',
  '@sentry/node-cpu-profiler',
  '@sentry/node-native-stacktrace',
  'agent-browser',
  'cpu-features',
  'msgpackr-extract',
  'oracledb',
  'protobufjs',
  'ssh2',
  'vue-demi',
]
  .map((name) => `  '${name}': false\n`)
  .join('')}`;

/**
 * Installs n8n from the npm registry into the user's cache folder, once for all clones: about three minutes and 2 GB.
 * An interrupted install starts over; of two processes, one installs and the other waits.
 * @throws PipewrightError `unavailable` when the install fails, `not-found` when a compiler is missing
 */
export async function installN8n(log: Log): Promise<N8nInstall> {
  const folder = join(cacheFolder, `n8n-${n8nVersion}`);
  const install = { folder, version: n8nVersion };
  const done = join(folder, 'install-done');
  if (existsSync(done)) return install;
  return await withLock(`${folder}.lock`, log, async () => {
    if (existsSync(done)) return install;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await findCompiler(log);
    await installInto(folder, log);
    await writeFile(done, '');
    return install;
  });
}

/**
 * A `require` that resolves what n8n itself resolves: `n8n-core`, `n8n-workflow`, `n8n-nodes-base`.
 * @param folder the folder of the installation
 */
export function n8nRequire(folder: string): NodeJS.Require {
  return nodeRequire(realpathSync(join(folder, 'node_modules', 'n8n', 'package.json')));
}

async function findCompiler(log: Log): Promise<void> {
  const packages = { python3: 'python3', make: 'make', 'g++': 'g++' };
  const missing = Object.entries(packages).filter(([name]) => findExecutable(name) === undefined);
  if (missing.length === 0) return;
  await installSystemPackages(
    missing.map(([, name]) => name),
    "to build n8n's native parts",
    log,
  );
}

async function installInto(folder: string, log: Log): Promise<void> {
  const started = Date.now();
  const say = (text: string) => log(`n8n ${n8nVersion}: ${Math.round((Date.now() - started) / 1000)} s, ${text}`);
  const manifest = { name: 'pipewright-n8n', version: '1.0.0', private: true, dependencies: { n8n: n8nVersion } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
  await writeFile(join(folder, 'pnpm-workspace.yaml'), workspace);
  const headers = bundledNodeFolder();
  say('installing into the cache folder; this happens once and takes about three minutes.');
  let lastLine = '';
  const heartbeat = setInterval(() => say(lastLine), 10_000);
  try {
    const pnpm = join(projectRoot, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
    const storeFolder = join(cacheFolder, 'pnpm-store');
    await runCommand(node24(), [pnpm, 'install', '--reporter=append-only', `--store-dir=${storeFolder}`], {
      cwd: folder,
      env: {
        ...process.env,
        CI: '1',
        PATH: `${join(projectRoot, 'node_modules', '.bin')}:${process.env['PATH']}`,
        // The headers must match the Node that runs n8n, regardless of the user's npmrc.
        ...(headers && { npm_config_nodedir: headers }),
        // The project's own npmrc, which npm passes on to child processes, forbids the two builds that are needed here.
        npm_config_ignore_scripts: 'false',
      },
      onLine: (line) => (lastLine = line.slice(0, 120)),
    });
  } catch (error) {
    throw new PipewrightError({
      code: 'unavailable',
      message: `n8n ${n8nVersion} could not be installed. ${error instanceof Error ? error.message : error}`,
      hint: 'Check that the npm registry can be reached and that 3 GB of disk are free, then run the command again.',
      cause: error,
    });
  } finally {
    clearInterval(heartbeat);
  }
  say('installed.');
}
