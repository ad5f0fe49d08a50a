import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import { findExecutable } from './command.ts';
import type { Log } from './command.ts';
import { installSystemPackages } from './system-package.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const places = [
  '/usr/bin/chromium',
  '/usr/lib/chromium/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The path of a Chromium or Chrome. Installs Debian's Chromium if there is none.
 * @throws PipewrightError `not-found` with what to install
 */
export async function findChromium(log: Log = console.log): Promise<string> {
  const found = search();
  if (found) return found;
  await installSystemPackages(['chromium'], 'to try the editor in a real browser', log);
  const installed = search();
  if (installed) return installed;
  throw new PipewrightError({
    code: 'not-found',
    message: 'The package chromium was installed, but holds no browser; on Ubuntu it is only a pointer to a snap.',
    hint: 'Install Google Chrome from https://www.google.com/chrome and run the command again.',
  });
}

/** Opens a headless browser that can reach only this machine. */
export async function openBrowser(log: Log = console.log): Promise<Browser> {
  return await chromium.launch({
    executablePath: await findChromium(log),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

function search(): string | undefined {
  return names.map((name) => findExecutable(name, places)).find((path) => path !== undefined);
}
