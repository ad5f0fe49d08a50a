import { constants, gzipSync, zstdCompressSync, type ZstdOptions } from 'node:zlib';
import { zipSync } from 'fflate';
import { isZstd, unzstd } from '../../../../shared/src/datasets/bytes/unzstd.ts';
import { Xxh64 } from '../../../../shared/src/datasets/bytes/xxh64.ts';
import { formatOfName } from '../../../../shared/src/datasets/formats/format-of-name.ts';
import { PipewrightError } from '../../../../shared/src/host/error.ts';
import type { Bytes } from '../../../../shared/src/host/bytes.ts';
import { findZstd } from '../../../support/machine/tools.ts';
import { seedOf } from '../../../support/seed.ts';
import { samples } from '../../../support/thorough.ts';
import { randomFrom } from '../../random.ts';
import { cut, readDataset } from '../read-dataset.ts';
import { collect, filter, randomContent } from './compressed.ts';

const table = Buffer.from('country,note\nCI,Côte d’Ivoire\n');
const other = Buffer.from('CH,Zürich\n');

const { ZSTD_c_checksumFlag, ZSTD_c_compressionLevel, ZSTD_c_contentSizeFlag, ZSTD_c_windowLog } = constants;

/** Compresses with a checksum, as the command does. */
const pack = (bytes: Uint8Array, params: ZstdOptions['params'] = {}): Buffer =>
  zstdCompressSync(bytes, { params: { [ZSTD_c_checksumFlag]: 1, ...params } });

/** A skippable frame. */
const note = (size: number): Buffer => {
  const frame = Buffer.alloc(8 + size, 'x');
  frame.writeUInt32LE(0x184d2a53, 0);
  frame.writeUInt32LE(size, 4);
  return frame;
};

/** A frame of blocks, without a checksum. */
const frame = (...blocks: (Buffer | number[])[]): Buffer =>
  Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...blocks.map((block) => Buffer.from(block))]);

const noise = Buffer.from(Array.from({ length: 400_000 }, randomByte(1)));

function randomByte(seed: number): () => number {
  const random = randomFrom(seed);
  return () => Math.floor(random() * 256);
}

let command: string;
beforeAll(async () => (command = await findZstd(() => undefined)));

describe('A Zstandard file', () => {
  it.each([1, 2, 3, 7, 1000])('is decompressed, in pieces of %d bytes', async (size) => {
    expect(await collect(unzstd(cut(pack(table), size)))).toEqual(table);
  });

  it('is decompressed as the zstd command writes it, at every level and with its options', async () => {
    const content = Buffer.concat([noise, Buffer.from('claim,paid\n'.repeat(20_000)), noise]);
    const options = [
      ['-1'],
      ['-3'],
      ['-9'],
      ['-19'],
      ['--ultra', '-20'],
      ['--fast=5'],
      ['--no-check'],
      ['-T2', '-B200000'],
      ['--long=25'],
    ];
    for (const chosen of options)
      expect((await collect(unzstd(cut(filter(command, ['-c', ...chosen], content), 10_000)))).equals(content)).toBe(
        true,
      );
  });

  it('of any content, level and flush is decompressed exactly, in pieces of any size', async () => {
    const random = randomFrom(seedOf('unzstd'));
    for (let round = 0; round < samples(20, 60); round += 1) {
      const content = randomContent(random, 300_000);
      const packed = pack(content, {
        [ZSTD_c_checksumFlag]: random() < 0.8 ? 1 : 0,
        [ZSTD_c_contentSizeFlag]: random() < 0.5 ? 1 : 0,
        [ZSTD_c_compressionLevel]: Math.floor(random() * 22) - 5,
        [ZSTD_c_windowLog]: 10 + Math.floor(random() * 12),
      });
      const size = 1 + Math.floor(random() ** 3 * 70_000);
      expect((await collect(unzstd(cut(packed, size < 20 ? size * 50 : size)))).equals(content)).toBe(true);
    }
  });

  it('with several frames, empty frames and skippable frames is read completely', async () => {
    const file = Buffer.concat([note(0), pack(table), pack(Buffer.alloc(0)), note(300_000), pack(other), note(3)]);
    for (const size of [1, 7, 1000])
      expect(await collect(unzstd(cut(file, size)))).toEqual(Buffer.concat([table, other]));
    expect(await collect(unzstd(cut(pack(Buffer.alloc(0)), 1)))).toHaveLength(0);
  });

  it('with raw, repeated and empty blocks of a few bytes is read completely', async () => {
    const packed = frame([0, 0, 0], [8, 0, 0, 0x61], [0x22, 0, 0, 0x62], [0x11, 0, 0, 0x63, 0x64]);
    for (const size of [1, 2, 1000]) expect(String(await collect(unzstd(cut(packed, size))))).toBe('abbbbcd');
  });

  it.each([
    ['with other bytes after it', Buffer.concat([pack(table), Buffer.from('x')])],
    ['with text after it', Buffer.concat([pack(table), table])],
    ['with zeros after it', Buffer.concat([pack(table), Buffer.alloc(512)])],
    ['whose second frame is cut', Buffer.concat([pack(table), pack(other).subarray(0, 12)])],
    ['whose skippable frame is cut', Buffer.concat([pack(table), note(20).subarray(0, 15)])],
    ['with a reserved bit in its header', frame([0, 0, 0]).fill(0x08, 4, 5)],
    ['with a block of a reserved type', frame([0x0f, 0, 0, 0])],
    ['with a block larger than the window', frame([0x02, 0xff, 0xff, 0x61])],
  ])('%s is refused', async (_what, bytes) => {
    for (const size of [1, 7, 1000])
      await expect(collect(unzstd(cut(bytes, size)))).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('with thousands of small frames that ask for a window of 32 MB does not allocate it for each', async () => {
    // With the whole window, they would take minutes.
    const small = Buffer.from([
      0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78, 0x08, 0x00, 0x00, 0x61, 0x11, 0x00, 0x00, 0x62, 0x63,
    ]);
    const frames = Buffer.concat(Array.from({ length: 10_000 }, () => small));
    expect(await collect(unzstd(cut(frames, 1000)))).toEqual(Buffer.from('abc'.repeat(10_000)));
  });

  it('with repetitions across any number of blocks is decompressed exactly', async () => {
    for (const blocks of [2, 3, 4, 5, 6, 9]) {
      const content = Buffer.concat(Array.from({ length: blocks }, () => noise.subarray(0, 131_072)));
      const packed = pack(content, { [ZSTD_c_contentSizeFlag]: 0, [ZSTD_c_windowLog]: 23 });
      expect(packed.length).toBeLessThan(150_000);
      expect((await collect(unzstd(cut(packed, 10_000)))).equals(content)).toBe(true);
    }
  });

  it('truncated at any offset is refused', async () => {
    for (const whole of [pack(table), pack(Buffer.concat([noise, noise]).subarray(0, 140_000))])
      for (let length = 1; length < whole.length; length += length < 200 ? 1 : 39_973)
        await expect(collect(unzstd(cut(whole.subarray(0, length), 5000)))).rejects.toMatchObject({
          code: 'incomplete',
        });
  });

  it('with any changed byte is refused by its checksum, or read unchanged where the byte means nothing', async () => {
    const random = randomFrom(seedOf('damaged zstd'));
    let refused = 0;
    for (let round = 0; round < samples(60, 150); round += 1) {
      const content = randomContent(random, 20_000);
      const packed = pack(content);
      const at = 4 + Math.floor(random() * (packed.length - 4));
      packed[at] = (packed[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const read = await collect(unzstd(cut(packed, 10_000))).catch((error: unknown) => error);
      if (read instanceof Buffer) expect(read.equals(content)).toBe(true);
      else {
        expect(read).toMatchObject({ code: expect.stringMatching(/^(incomplete|invalid-input)$/) });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(samples(48, 120));
  });

  it('that was compressed with a dictionary is refused by name', async () => {
    const packed = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x58, 0x07, 1, 0, 0]);
    await expect(collect(unzstd(cut(packed, 3)))).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The Zstandard file was compressed with a dictionary.',
      hint: 'Compress it with zstd without a dictionary (-D).',
    });
  });

  it('that needs a window of more than 32 MB is refused with its size', async () => {
    const packed = filter(command, ['-c', '--ultra', '-22', '--long=27'], Buffer.from('x'));
    await expect(collect(unzstd(cut(packed, 100)))).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The Zstandard file needs a window of 128 MB to decompress; at most 32 MB are supported.',
      hint: 'Compress it with zstd up to level 20 and without --long.',
    });
  });

  it('that is a decompression bomb is refused', async () => {
    const zeros = Buffer.alloc(4 * 256);
    for (let at = 0; at < zeros.length; at += 4) zeros.set([0x02, 0x00, 0x10, 0x30], at);
    async function* endless(): Bytes {
      yield frame();
      for (;;) yield zeros;
    }
    await expect(
      (async () => {
        for await (const _piece of unzstd(endless()));
      })(),
    ).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('more than 500 times') });
  });

  it('closes the source when the reader stops, and fails with its error', async () => {
    let released = false;
    async function* watched(): Bytes {
      try {
        yield* cut(pack(noise), 16_384);
      } finally {
        released = true;
      }
    }
    for await (const piece of unzstd(watched())) if (piece.length > 0) break;
    expect(released).toBe(true);
    const failure = new PipewrightError({ code: 'unavailable', message: 'the connection broke' });
    async function* breaking(): Bytes {
      yield pack(table).subarray(0, 20);
      throw failure;
    }
    await expect(collect(unzstd(breaking()))).rejects.toBe(failure);
  });

  it('is recognized by its first bytes only', () => {
    expect([pack(table), note(0), table, Buffer.from([0x28, 0xb5, 0x2f])].map(isZstd)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is read as a dataset, also within ZIP and gzip, and named .jsonl.zst', async () => {
    const rows = [['CI', 'Côte d’Ivoire']];
    for (const file of [pack(table), zipSync({ 'a.csv.zst': pack(table), 'readme.md': table }), gzipSync(pack(table))])
      expect((await readDataset(file)).rows).toEqual(rows);
    expect(formatOfName('claims.jsonl.zst')).toEqual({ format: 'json-lines' });
  });
});

describe('Xxh64', () => {
  it('is the checksum of Zstandard for contents of any length, in pieces of any size', () => {
    for (let length = 1; length < 300; length += 1) {
      const content = noise.subarray(0, length);
      const checksum = new Xxh64();
      for (let at = 0; at < length; at += 1 + (length % 50))
        checksum.update(content.subarray(at, at + 1 + (length % 50)));
      expect(checksum.low32()).toBe(pack(content).readUInt32LE(pack(content).length - 4));
    }
  });
});
