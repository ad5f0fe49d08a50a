import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { pipelinesPage } from '../host/pipelines-page.ts';
import { closeUnread } from '../http/close-stream.ts';

type Clock = Pick<Host, 'now' | 'maxWaitSeconds'>;

/** Throughput in bytes per second between a service and a database that are far apart. */
const bytesPerSecond = 4 * 1024 * 1024;

const megabyte = 1024 * 1024;

const hint = `Use a smaller dataset, or let Run Pipeline or Run Job start a pipeline that copies it. Pipelines to import: ${pipelinesPage}`;

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
 * A check that fails before the platform would stop the step without an error message: of the bytes as they arrive, and of
 * the blocks of rows, because an Excel workbook is read after its last byte. Without a time limit, both can take any time.
 */
export interface TimeLimit {
  /** Passes bytes through. @throws PipewrightError `timed-out` */
  limit(bytes: Bytes): Bytes;
  /** @throws PipewrightError `timed-out` */
  checkpoint(): void;
}

/** Starts the time limit of a step. */
export function startTimeLimit({ now, maxWaitSeconds }: Clock): TimeLimit {
  const deadline = maxWaitSeconds === undefined ? Infinity : now() + maxWaitSeconds * 1000;
  const checkpoint = (): void => {
    if (deadline === Infinity || now() <= deadline) return;
    throw new PipewrightError({
      code: 'timed-out',
      message: `The dataset was not read within the time limit of ${Math.ceil(maxWaitSeconds ?? 0)} seconds. Nothing was changed.`,
      hint,
    });
  };
  return {
    checkpoint,
    async *limit(bytes) {
      for await (const piece of bytes) {
        checkpoint();
        yield piece;
      }
    },
  };
}
