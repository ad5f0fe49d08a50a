import type { Bytes } from '../../host/bytes.ts';

/** Reads at least the first `count` bytes, if there are that many, and returns them together with a stream of all bytes. */
export async function peekBytes(bytes: Bytes, count: number): Promise<{ start: Uint8Array; all: Bytes }> {
  const source = bytes[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array(0);
  let ended = false;
  while (start.length < count && !ended) {
    const { done, value } = await source.next();
    if (done) ended = true;
    else start = start.length === 0 ? value : Buffer.concat([start, value]);
  }
  async function* all(): Bytes {
    try {
      if (start.length > 0) yield start;
      for (;;) {
        const { done, value } = ended ? { done: true, value: undefined } : await source.next();
        ended = done === true;
        if (value === undefined) return;
        yield value;
      }
    } finally {
      if (!ended) await source.return?.();
    }
  }
  return { start, all: all() };
}
