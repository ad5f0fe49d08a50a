import type { Bytes } from '../host/bytes.ts';

/** Lets a connection go whose body nobody wants: only a stream that has begun closes it. */
export async function closeStream(stream: Bytes): Promise<void> {
  const pieces = stream[Symbol.asyncIterator]();
  await pieces.next().catch(() => undefined);
  await pieces.return?.();
}

/** The same for who cannot wait for it: a sender that stands still would keep it. */
export function closeUnread(stream: Bytes): void {
  closeStream(stream).catch(() => undefined);
}
