import type { ZObject, Bundle } from 'zapier-platform-core';
import type { Service } from '../../shared/src/define/service.ts';

/** Fetches a file that an earlier step only pointed to; gives back its address at Zapier. */
export type DownloadFile = (z: ZObject, bundle: Bundle) => Promise<string>;

/** What every part of the app is made with. */
export interface Settings {
  /** The services that run on Zapier. */
  services: readonly Service[];
  /** Seconds that a step waits for the end of a run, counted from the start of the step. */
  maxWaitSeconds: number;
  /** The app's hydrator. */
  downloadFile: DownloadFile;
}

/** Seconds that Zapier gives a step, a poll or a hook, less one for the answer on its way. */
export const secondsOfACall = 29;
