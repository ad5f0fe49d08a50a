import { PipewrightError } from '../../host/error.ts';
import type { Bytes, Host } from '../../host/host.ts';

/**
 * Bytes that come to an end before the platform stops the step: a load that the platform breaks off would leave people
 * without a word. Elsewhere they take the time that they need.
 * @throws PipewrightError `timed-out`, whereupon the load is taken back
 */
export async function* withinTime(bytes: Bytes, { now, longestWaitSeconds }: Pick<Host, 'now' | 'longestWaitSeconds'>): Bytes {
  const deadline = longestWaitSeconds === undefined ? Infinity : now() + longestWaitSeconds * 1000;
  for await (const piece of bytes) {
    if (now() > deadline) {
      throw new PipewrightError({
        code: 'timed-out',
        message: 'The dataset is too large, or comes too slowly, for the 30 seconds that Zapier gives a step. The table is as it was.',
        hint: 'Load it with the node of Pipewright for n8n, or with a copy pipeline of Azure Data Factory that a step starts.',
      });
    }
    yield piece;
  }
}
