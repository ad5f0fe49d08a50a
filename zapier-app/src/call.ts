import type { Bundle, ZObject } from 'zapier-platform-core';
import type { OpenedFile, StoredFile } from '../../shared/src/host/host.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { connectionsOf, readConnection } from './connections.ts';
import { zapierError } from './error.ts';
import { openHost, type ZapierHost } from './host.ts';
import type { Settings } from './settings.ts';

/** What becomes of files that an operation saves. */
export type Save = (file: OpenedFile) => Promise<StoredFile>;

/** Where there is no file to save, as in triggers and dropdowns. */
const saveNothing: Save = () =>
  Promise.reject(new PipewrightError({ code: 'bad-input', message: 'This step cannot keep files.' }));

/**
 * Does the work of one call with a host and the values of the service's connection. What it raises becomes an error of
 * Zapier; answers that it did not read to their end are broken off.
 */
export async function callService<T>(
  z: ZObject,
  bundle: Bundle,
  settings: Settings,
  service: Service,
  work: (context: Context<never>, host: ZapierHost) => Promise<T>,
  save: Save = saveNothing,
): Promise<T> {
  const host = openHost(z, bundle, { maxWaitSeconds: settings.maxWaitSeconds, save });
  try {
    const context: Context = {
      host,
      connection: readConnection(service.connection, bundle.authData ?? {}),
      async connectionOf(key) {
        const found = connectionsOf([service, ...settings.services]).find(({ connection }) => connection.key === key);
        if (!found) throw new PipewrightError({ code: 'not-connected', message: `There is no connection “${key}”.` });
        return readConnection(found.connection, bundle.authData ?? {});
      },
    };
    return await work(context as Context<never>, host);
  } catch (error) {
    throw zapierError(error, z);
  } finally {
    host.close();
  }
}
