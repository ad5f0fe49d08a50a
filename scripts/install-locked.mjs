/**
 * `node scripts/install-locked.mjs` installs the dependencies for a release exactly as in package-lock.json, or fails.
 * `npm ci` rejects this lock file because it does not list the builds of some tools for other platforms, which not every
 * registry has.
 *
 * It runs before dependencies are installed, so it is plain JavaScript without imports of packages.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The differences between an install and the lock file: unknown packages, other versions or checksums, and missing packages
 * that this platform needs.
 *
 * @param {{ packages: Record<string, { version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }> }} lock package-lock.json
 * @param {typeof lock} installed node_modules/.package-lock.json
 * @returns {string[]} one sentence per difference
 */
export function differences(lock, installed) {
  const found = Object.entries(installed.packages).flatMap(([at, one]) => {
    const wanted = lock.packages[at];
    if (!wanted) return [`${at} ${one.version} is installed and not in the lock.`];
    if (one.link || wanted.link) return [];
    if (wanted.version !== one.version)
      return [`${at} is installed in version ${one.version}; the lock names ${wanted.version}.`];
    return wanted.integrity === one.integrity ? [] : [`${at} has another checksum than the lock names.`];
  });
  const missing = Object.entries(lock.packages).flatMap(([at, one]) => {
    const isNeeded = at.startsWith('node_modules/') && !one.link && !one.optional && !one.devOptional && !one.peer;
    return isNeeded && !installed.packages[at] ? [`${at} is in the lock and not installed.`] : [];
  });
  return [...found, ...missing];
}

const root = fileURLToPath(new URL('..', import.meta.url));

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lockPath = join(root, 'package-lock.json');
  const before = readFileSync(lockPath, 'utf8');
  const { status } = spawnSync('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  const problems = differences(
    JSON.parse(before),
    JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')),
  );
  if (readFileSync(lockPath, 'utf8') !== before) problems.push('npm changed package-lock.json.');
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
  console.log('The installed dependencies match package-lock.json.');
}
