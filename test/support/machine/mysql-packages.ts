import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import { findExecutable, runCommand, type Log } from './command.ts';
import { withLock } from './lock.ts';
import { cacheFolder } from './paths.ts';

/** The locations of MySQL's files. */
interface MysqlPackages {
  /** The dynamic loader of the C library that the server was built with. */
  loader: string;
  /** The folder with that library and the others. */
  libraries: string;
  program: string;
  /** The parent folder of `sbin` and `share`. */
  base: string;
}

const mirror = 'http://deb.debian.org/debian';

/** The Debian suite that contains MySQL; no stable release does. */
const suite = 'unstable';

/** Dependencies that the server needs only for scripts that are not run here. */
const unneeded = /^(?:perl|libperl|gcc-|libdb|libgdbm)/;

/**
 * MySQL from Debian's packages, downloaded into the cache on first use, with its own C library: about 60 MB, at most
 * 1.5 minutes. apt runs with its own lists and folders, so that the machine's are not changed, and not as root.
 * @throws PipewrightError `not-found` with what is missing
 */
export async function findMysqlPackages(log: Log): Promise<MysqlPackages> {
  const folder = join(cacheFolder, 'mysql-server');
  if (!existsSync(folder)) {
    await withLock(join(cacheFolder, 'mysql-server.lock'), log, async () => {
      if (!existsSync(folder)) await install(folder, log);
    });
  }
  return locate(folder);
}

function locate(folder: string): MysqlPackages {
  const base = join(folder, 'usr');
  const [libraries = ''] = readdirSync(join(base, 'lib'))
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(base, 'lib', name));
  const [loader = ''] = readdirSync(libraries)
    .filter((name) => name.startsWith('ld-linux'))
    .map((name) => join(libraries, name));
  return { loader, libraries, base, program: join(base, 'sbin', 'mysqld') };
}

async function install(folder: string, log: Log): Promise<void> {
  for (const name of ['apt-get', 'dpkg-deb']) if (!findExecutable(name)) throw missing(`${name} is not on the PATH`);
  log(`Downloading MySQL from Debian's suite ${suite} into ${folder}, to load tables of a real MySQL.`);
  await mkdir(cacheFolder, { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'mysql-server-'));
  try {
    const keyring = findKeyring('/') ?? (await downloadKeyring(join(work, 'keyring')));
    const place = await prepareApt(join(work, 'apt'), `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
    await runCommand('apt-get', ['update', '-q'], place);
    await runCommand(
      'apt-get',
      ['install', '-q', '-y', '--download-only', '--no-install-recommends', 'mysql-server-core'],
      place,
    );
    const files = readdirSync(place.archives).filter((name) => name.endsWith('.deb') && !unneeded.test(name));
    for (const file of files) await runCommand('dpkg-deb', ['-x', join(place.archives, file), join(work, 'root')]);
    const { loader, libraries, program } = locate(join(work, 'root'));
    const version = await runCommand(loader, ['--library-path', libraries, program, '--version']);
    log(version.trim().replace(/^.*(?=Ver)/, 'MySQL '));
    await rename(join(work, 'root'), folder);
  } catch (error) {
    throw error instanceof PipewrightError
      ? error
      : missing(`a step failed: ${(error as Error).message.slice(0, 1000)}`, error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function findKeyring(root: string): string | undefined {
  return ['gpg', 'pgp']
    .map((ending) => join(root, 'usr', 'share', 'keyrings', `debian-archive-keyring.${ending}`))
    .find((path) => existsSync(path));
}

/** Debian's signing keys, from Ubuntu's package. */
async function downloadKeyring(folder: string): Promise<string> {
  const place = await prepareApt(folder);
  await runCommand('apt-get', ['update', '-q'], place);
  await runCommand('apt-get', ['download', '-q', 'debian-archive-keyring'], place);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  if (file !== undefined) await runCommand('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
  const found = findKeyring(join(folder, 'root'));
  if (found) return found;
  throw missing('the keys of Debian (debian-archive-keyring) were not found');
}

/**
 * Prepares folders for an apt that is isolated from the machine's.
 * @param source the only package source; undefined for the machine's sources
 */
async function prepareApt(
  folder: string,
  source?: string,
): Promise<{ cwd: string; env: NodeJS.ProcessEnv; archives: string }> {
  const at = (...names: string[]): string => join(folder, ...names);
  await mkdir(at('state', 'lists', 'partial'), { recursive: true });
  await mkdir(at('cache', 'archives', 'partial'), { recursive: true });
  await writeFile(at('status'), '');
  if (source !== undefined) await writeFile(at('sources.list'), source);
  const settings = {
    'Dir::State': at('state'),
    'Dir::State::status': at('status'),
    'Dir::Cache': at('cache'),
    ...(source === undefined
      ? {}
      : {
          'Dir::Etc::SourceList': at('sources.list'),
          'Dir::Etc::SourceParts': '/dev/null',
          'Dir::Etc::Preferences': '/dev/null',
          'Dir::Etc::PreferencesParts': '/dev/null',
        }),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': '',
    'APT::Install-Suggests': 'false',
  };
  await writeFile(
    at('apt.conf'),
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  return {
    cwd: folder,
    env: { ...process.env, APT_CONFIG: at('apt.conf'), DEBIAN_FRONTEND: 'noninteractive' },
    archives: at('cache', 'archives'),
  };
}

function missing(what: string, cause?: unknown): PipewrightError {
  return new PipewrightError({
    code: 'not-found',
    message: `MySQL could not be installed for the tests: ${what}.`,
    hint: `On Debian or Ubuntu (x86-64 or arm64) with apt-get, dpkg-deb and access to ${mirror}, run the command again; it needs no root.`,
    cause,
  });
}
