import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { closeUnread } from '../http/close-stream.ts';

type Clock = Pick<Host, 'now' | 'maxWaitSeconds'>;

/** Throughput in bytes per second between a service and a database that are far apart. */
const bytesPerSecond = 4 * 1024 * 1024;

const megabyte = 1024 * 1024;

const hint =
  'Use a smaller dataset, or start a pipeline that copies it: Run Pipeline can pass the dataset ID as a parameter.';

/**
 * Rejects a dataset that is too large for the time limit of the platform, before any of it is read. A dataset of unknown
 * size is accepted.
 * @throws PipewrightError `timed-out`
 */
export function refuseTooLarge(
  { bytes, size }: Pick<OpenedFile, 'bytes' | 'size'>,
  { maxWaitSeconds }: Pick<Clock, 'maxWaitSeconds'>,
): void {
  if (maxWaitSeconds === undefined || size === undefined) return;
  const seconds = Math.ceil(maxWaitSeconds);
  const maxBytes = seconds * bytesPerSecond;
  if (size <= maxBytes) return;
  closeUnread(bytes);
  throw new PipewrightError({
    code: 'timed-out',
    message: `The dataset is too large: it has ${Math.ceil(size / megabyte)} MB, and a step can read up to ${maxBytes / megabyte} MB in ${seconds} seconds. Nothing was changed.`,
    hint,
  });
}

/**
 * Passes bytes through and fails before the platform would stop the step without an error message. Without
 * a time limit, the bytes can take any time.
 * @throws PipewrightError `timed-out`
 */
export async function* withinTimeLimit(bytes: Bytes, { now, maxWaitSeconds }: Clock): Bytes {
  if (maxWaitSeconds === undefined) return yield* bytes;
  const deadline = now() + maxWaitSeconds * 1000;
  for await (const piece of bytes) {
    if (now() > deadline)
      throw new PipewrightError({
        code: 'timed-out',
        message: `The dataset was not read within the time limit of ${Math.ceil(maxWaitSeconds)} seconds. Nothing was changed.`,
        hint,
      });
    yield piece;
  }
}
