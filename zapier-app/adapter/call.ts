import type { Bundle, ZObject } from 'zapier-platform-core';
import type { OpenedFile, StoredFile } from '../../shared/src/host/host.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { isFilledIn, readConnection } from './connections.ts';
import { zapierError } from './error.ts';
import { openHost, type ZapierHost } from './host.ts';
import type { Settings } from './settings.ts';

/** Stores a file that an operation saves. */
export type Save = (file: OpenedFile) => Promise<StoredFile>;

/** One call from Zapier for a service. */
export interface ServiceCall {
  z: ZObject;
  bundle: Bundle;
  settings: Settings;
  service: Service;
  /** Whether the work needs no login, such as a trigger that accepts events without a secret. */
  worksWithoutLogin?: () => boolean;
}

/** For calls that cannot store files, such as triggers and dropdowns. */
const saveNothing: Save = () =>
  Promise.reject(new PipewrightError({ code: 'invalid-input', message: 'This step cannot store files.' }));

/**
 * Does the work of one call with a host and the connection of the service. Converts errors to Zapier's, and aborts responses
 * that were not read to the end.
 */
export async function callService<T>(
  { z, bundle, settings, service, worksWithoutLogin }: ServiceCall,
  work: (context: Context, host: ZapierHost) => Promise<T>,
  save: Save = saveNothing,
): Promise<T> {
  const host = openHost(z, bundle, { maxWaitSeconds: settings.maxWaitSeconds, save });
  try {
    const authData = bundle.authData ?? {};
    const isWithoutLogin = !isFilledIn(service.connection, authData) && worksWithoutLogin?.() === true;
    const context: Context = {
      host,
      connection: isWithoutLogin ? service.connection.check({}) : readConnection(service.connection, authData),
    };
    return await work(context, host);
  } catch (error) {
    throw zapierError(error, z);
  } finally {
    host.close();
  }
}
