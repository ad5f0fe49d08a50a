import type { Bundle, ZObject } from 'zapier-platform-core';
import type { OpenedFile, StoredFile } from '../../shared/src/host/host.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { readConnection } from './connections.ts';
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
}

/** For calls that cannot store files, such as triggers and dropdowns. */
const saveNothing: Save = () =>
  Promise.reject(new PipewrightError({ code: 'invalid-input', message: 'This step cannot store files.' }));

/**
 * Does the work of one call with a host and the connection of the service. Converts errors to Zapier's, and aborts responses
 * that were not read to the end.
 */
export async function callService<T>(
  { z, bundle, settings, service }: ServiceCall,
  work: (context: Context, host: ZapierHost) => Promise<T>,
  save: Save = saveNothing,
): Promise<T> {
  const host = openHost(z, bundle, { maxWaitSeconds: settings.maxWaitSeconds, save });
  try {
    const context: Context = {
      host,
      connection: readConnection(service.connection, bundle.authData ?? {}),
    };
    return await work(context, host);
  } catch (error) {
    throw zapierError(error, z);
  } finally {
    host.close();
  }
}
