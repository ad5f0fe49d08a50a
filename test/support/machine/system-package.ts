import { PipewrightError } from '../../../shared/src/host/error.ts';
import { findExecutable, runCommand } from './command.ts';
import type { Log } from './command.ts';

/** Whether this process can install operating system packages: it needs Debian or Ubuntu, and root. */
function canInstall(): boolean {
  return process.getuid?.() === 0 && findExecutable('apt-get') !== undefined;
}

/**
 * Installs packages with apt and logs this first.
 * @param purpose why they are needed, as the end of a sentence: `to build n8n's native parts`
 * @throws PipewrightError `not-found` with what to install, when this process may not install it or apt fails
 */
export async function installSystemPackages(packages: readonly string[], purpose: string, log: Log): Promise<void> {
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const missing = (cause?: unknown) =>
    new PipewrightError({
      code: 'not-found',
      message: `This machine lacks ${packages.join(', ')}, needed ${purpose}.`,
      hint: `Install it: on Debian or Ubuntu, as root, apt-get update && ${command}.`,
      cause,
    });
  if (!canInstall()) throw missing();
  log(`Installing ${packages.join(', ')} with apt, ${purpose}.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another process of this machine may be installing too; without this, apt fails instead of waiting for it.
  const apt = (...args: string[]) => runCommand('apt-get', ['-o', 'DPkg::Lock::Timeout=600', ...args], { env });
  try {
    await apt('update', '-q');
    await apt(...command.split(' ').slice(1));
  } catch (error) {
    throw missing(error);
  }
}
