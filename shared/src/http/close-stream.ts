import type { Bytes } from '../host/bytes.ts';

/** Closes the connection of an unwanted body. A stream must have started to close it. */
export async function closeStream(stream: Bytes): Promise<void> {
  const chunks = stream[Symbol.asyncIterator]();
  await chunks.next().catch(() => undefined);
  await chunks.return?.();
}

/** Like `closeStream`, without waiting: a stalled sender would block the caller. */
export function closeUnread(stream: Bytes): void {
  closeStream(stream).catch(() => undefined);
}
