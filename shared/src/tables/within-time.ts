import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { closeUnread } from '../http/close-stream.ts';

type Clock = Pick<Host, 'now' | 'maxWaitSeconds'>;

/** What 25 seconds suffice for: 4 MB a second is what a service and a database far away from each other come to. */
const mostBytes = 100 * 1024 * 1024;

const hint =
  'Load it with the node of Pipewright for n8n, or with a copy pipeline of Azure Data Factory: the step Run Pipeline starts it with the ID of the dataset as a parameter.';

/**
 * Refuses a dataset that cannot come whole in the time that the platform gives, before anything is begun. One whose length is
 * not known is tried.
 * @throws PipewrightError `timed-out`
 */
export function refuseTooLarge(
  { bytes, size }: Pick<OpenedFile, 'bytes' | 'size'>,
  { maxWaitSeconds }: Pick<Clock, 'maxWaitSeconds'>,
): void {
  if (maxWaitSeconds === undefined || size === undefined || size <= mostBytes) return;
  closeUnread(bytes);
  throw new PipewrightError({
    code: 'timed-out',
    message: `The dataset has ${Math.ceil(size / 1024 / 1024)} MB; up to ${mostBytes / 1024 / 1024} MB can come in the 30 seconds that Zapier gives a step. Nothing was begun.`,
    hint,
  });
}

/**
 * Bytes that come to an end before the platform stops the step: a load that the platform breaks off would leave people
 * without a word. Elsewhere they take the time that they need.
 * @throws PipewrightError `timed-out`, whereupon the load is taken back
 */
export async function* withinTime(bytes: Bytes, { now, maxWaitSeconds }: Clock): Bytes {
  const deadline = maxWaitSeconds === undefined ? Infinity : now() + maxWaitSeconds * 1000;
  for await (const piece of bytes) {
    if (now() > deadline) {
      throw new PipewrightError({
        code: 'timed-out',
        message:
          'The dataset is too large, or comes too slowly, for the 30 seconds that Zapier gives a step. The table was not changed.',
        hint,
      });
    }
    yield piece;
  }
}
