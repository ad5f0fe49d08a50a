import type { ZObject, Bundle } from 'zapier-platform-core';
import type { Service } from '../../shared/src/define/service.ts';

/** Fetches a file that an earlier step returned as a pointer; returns its URL at Zapier. */
export type DownloadFile = (z: ZObject, bundle: Bundle) => Promise<string>;

/** Settings of the app. */
export interface Settings {
  /** The services that run on Zapier. */
  services: readonly Service[];
  /** Seconds that a step waits for a run to finish, counted from the start of the step. */
  maxWaitSeconds: number;
  /** The app's hydrator. */
  downloadFile: DownloadFile;
}

/** Seconds that Zapier allows a step, a poll or a hook, minus one to return the result. */
export const maxCallSeconds = 29;
