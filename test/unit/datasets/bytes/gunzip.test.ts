import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { gunzipIfNeeded } from '../../../../shared/src/datasets/bytes/gunzip.ts';
import { PipewrightError } from '../../../../shared/src/host/error.ts';
import type { Bytes } from '../../../../shared/src/host/bytes.ts';

async function* inPieces(bytes: Uint8Array, size: number): Bytes {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function collect(bytes: Bytes): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

const table = Buffer.from('country,note\nCI,Côte d’Ivoire\n');

describe('gunzipIfNeeded', () => {
  it.each([1, 2, 3, 7, 1000])('decompresses gzip, in pieces of %d bytes', async (size) => {
    expect(await collect(gunzipIfNeeded(inPieces(gzipSync(table), size)))).toEqual(table);
  });

  it.each([1, 2, 3, 7, 1000])('passes other bytes through unchanged, in pieces of %d bytes', async (size) => {
    expect(await collect(gunzipIfNeeded(inPieces(table, size)))).toEqual(table);
  });

  it.each([
    ['nothing', ''],
    ['one byte', '1f'],
    ['one byte of text', '61'],
    ['almost the mark', '1f8a00'],
  ])('passes short bytes through unchanged: %s', async (_name, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(await collect(gunzipIfNeeded(inPieces(bytes, 1)))).toEqual(bytes);
  });

  it('decompresses a stream with empty pieces', async () => {
    async function* withGaps(): Bytes {
      for await (const piece of inPieces(gzipSync(table), 1)) {
        yield new Uint8Array(0);
        yield piece;
      }
    }
    expect(await collect(gunzipIfNeeded(withGaps()))).toEqual(table);
  });

  it('reads from the source on demand', async () => {
    let taken = 0;
    async function* counted(): Bytes {
      for await (const piece of inPieces(gzipSync(randomBytes(8_000_000), { level: 0 }), 64 * 1024)) {
        taken += piece.length;
        yield piece;
      }
    }
    const reading = gunzipIfNeeded(counted())[Symbol.asyncIterator]();
    await reading.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBeLessThan(2_000_000);
    await reading.return?.();
  });

  it.each([
    ['packed', gzipSync(randomBytes(1_000_000), { level: 0 })],
    ['not packed', randomBytes(1_000_000).fill('a', 0, 2)],
  ])('closes the source when the reader stops (%s)', async (_name, bytes) => {
    let released = false;
    async function* watched(): Bytes {
      try {
        yield* inPieces(bytes, 16_384);
      } finally {
        released = true;
      }
    }
    for await (const piece of gunzipIfNeeded(watched())) if (piece.length > 0) break;
    expect(released).toBe(true);
  });

  it.each([
    ['end too soon', gzipSync(table).subarray(0, 25)],
    ['are damaged', Buffer.concat([gzipSync(table).subarray(0, 12), randomBytes(30)])],
  ])('rejects gzip bytes that %s', async (_name, bytes) => {
    await expect(collect(gunzipIfNeeded(inPieces(bytes, 5)))).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('fails with the error of the source', async () => {
    const failure = new PipewrightError({ code: 'unavailable', message: 'the connection broke' });
    async function* breaking(): Bytes {
      yield gzipSync(table).subarray(0, 20);
      throw failure;
    }
    await expect(collect(gunzipIfNeeded(breaking()))).rejects.toBe(failure);
  });
});

describe('A gzip file', () => {
  const other = Buffer.from('CH,Zürich\n');
  const padded = (zeros: number): Buffer => Buffer.concat([gzipSync(table), Buffer.alloc(zeros)]);

  it.each([1, 2, 3, 7, 1000])('with several members is read completely, in pieces of %d bytes', async (size) => {
    expect(
      await collect(gunzipIfNeeded(inPieces(Buffer.concat([gzipSync(table), gzipSync(''), gzipSync(other)]), size))),
    ).toEqual(Buffer.concat([table, other]));
  });

  it.each([1, 8, 100, 40_000])('can be padded with %d zeros', async (zeros) => {
    for (const size of [1, 7, 1000])
      expect(await collect(gunzipIfNeeded(inPieces(padded(zeros), size)))).toEqual(table);
  });

  it('can contain nothing, zeros, and data of any length', async () => {
    const wrong: unknown[] = [];
    for (let length = 0; length < 300; length += 1) {
      for (const content of [Buffer.alloc(length), Buffer.alloc(length, 'ab'), randomBytes(length)])
        for (const level of [0, 1, 9]) {
          const read = await collect(gunzipIfNeeded(inPieces(gzipSync(content, { level }), 13)));
          if (!content.equals(read)) wrong.push({ level, content: content.toString('hex') });
        }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['with other bytes after it', Buffer.concat([gzipSync(table), Buffer.from('x')])],
    ['with text after it', Buffer.concat([gzipSync(table), table])],
    ['with other bytes after zeros', Buffer.concat([padded(20), Buffer.from('x')])],
    ['with a member after zeros', Buffer.concat([padded(512), gzipSync(other)])],
    ['whose second member is cut', Buffer.concat([gzipSync(table), gzipSync(other).subarray(0, 20)])],
    ['whose second header is cut', Buffer.concat([gzipSync(table), gzipSync(other).subarray(0, 3)])],
    ['cut within its trailer, and padded', Buffer.concat([gzipSync(table).subarray(0, -6), Buffer.alloc(2)])],
  ])('%s is refused', async (_what, bytes) => {
    for (const size of [1, 7, 1000])
      await expect(collect(gunzipIfNeeded(inPieces(bytes, size)))).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('with a damaged first member is refused although the second one is intact', async () => {
    const first = gzipSync(table, { level: 0 });
    first.write('X', first.indexOf('Ivoire'));
    await expect(collect(gunzipIfNeeded(inPieces(Buffer.concat([first, gzipSync(other)]), 100)))).rejects.toMatchObject(
      { code: 'incomplete' },
    );
  });

  it('truncated at any offset is refused', async () => {
    const whole = gzipSync(table);
    for (let length = 2; length < whole.length; length += 1)
      await expect(collect(gunzipIfNeeded(inPieces(whole.subarray(0, length), 5)))).rejects.toMatchObject({
        code: 'incomplete',
      });
  });
});
