import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { bunzip2, isBzip2 } from '../../../../shared/src/datasets/bytes/bunzip2.ts';
import { PipewrightError } from '../../../../shared/src/host/error.ts';
import type { Bytes } from '../../../../shared/src/host/bytes.ts';
import { findBzip2 } from '../../../support/machine/tools.ts';
import { seedOf } from '../../../support/seed.ts';
import { samples } from '../../../support/thorough.ts';
import { randomFrom } from '../../random.ts';
import { cut, readDataset } from '../read-dataset.ts';
import { collect, filter, randomContent } from './compressed.ts';

const table = Buffer.from('country,note\nCI,Côte d’Ivoire\n');
const other = Buffer.from('CH,Zürich\n');

let command: string;
let packedTable: Buffer;
let packedOther: Buffer;

const pack = (bytes: Uint8Array, level = 9): Buffer => filter(command, ['-c', `-${level}`], bytes);

beforeAll(async () => {
  command = await findBzip2(() => undefined);
  packedTable = pack(table);
  packedOther = pack(other);
});

describe('A bzip2 file', () => {
  it.each([1, 2, 3, 7, 1000])('is decompressed, in pieces of %d bytes', async (size) => {
    expect(await collect(bunzip2(cut(packedTable, size)))).toEqual(table);
  });

  it('of any content and block size is decompressed exactly, in pieces of any size', async () => {
    const random = randomFrom(seedOf('bunzip2'));
    for (let round = 0; round < samples(20, 60); round += 1) {
      const content = randomContent(random, 150_000);
      const packed = pack(content, 1 + Math.floor(random() * 9));
      const size = 1 + Math.floor(random() ** 3 * 70_000);
      expect((await collect(bunzip2(cut(packed, size)))).equals(content)).toBe(true);
    }
  });

  it('with runs of any length is decompressed exactly', async () => {
    const runs = Array.from({ length: 600 }, (_value, length) => Buffer.alloc(length, length % 2 === 0 ? 'a' : 'b'));
    const content = Buffer.concat([...runs, Buffer.alloc(3_000_000), ...runs]);
    expect((await collect(bunzip2(cut(pack(content), 100)))).equals(content)).toBe(true);
  });

  it('with several streams and empty streams is read completely', async () => {
    const empty = pack(Buffer.alloc(0));
    const file = Buffer.concat([empty, packedTable, empty, pack(other, 1)]);
    for (const size of [1, 7, 1000])
      expect(await collect(bunzip2(cut(file, size)))).toEqual(Buffer.concat([table, other]));
    expect(await collect(bunzip2(cut(empty, 1)))).toHaveLength(0);
  });

  it('with many small streams allocates the memory of a block once', async () => {
    const allocated: number[] = [];
    const original = globalThis.Uint32Array;
    const file = Buffer.concat(Array.from({ length: 200 }, () => packedTable));
    class Counting extends original {
      constructor(length: number) {
        super(length);
        if (length >= 100_000) allocated.push(length);
      }
    }
    Object.assign(globalThis, { Uint32Array: Counting });
    try {
      expect(await collect(bunzip2(cut(file, 1000)))).toEqual(Buffer.concat(Array.from({ length: 200 }, () => table)));
    } finally {
      Object.assign(globalThis, { Uint32Array: original });
    }
    expect(allocated).toEqual([900_000]);
  });

  it('with other data after it is refused', async () => {
    for (const rest of [
      Buffer.from('x'),
      table,
      Buffer.alloc(512),
      packedOther.subarray(0, 20),
      packedOther.subarray(0, 3),
    ])
      for (const size of [1, 7, 1000])
        await expect(collect(bunzip2(cut(Buffer.concat([packedTable, rest]), size)))).rejects.toMatchObject({
          code: 'incomplete',
        });
  });

  it('truncated at any offset is refused', async () => {
    for (let length = 1; length < packedTable.length; length += 1)
      await expect(collect(bunzip2(cut(packedTable.subarray(0, length), 5)))).rejects.toMatchObject({
        code: 'incomplete',
      });
  });

  it('truncated within its signature is refused as a dataset, not read as text', async () => {
    for (let length = 4; length < 14; length += 1)
      await expect(readDataset(packedTable.subarray(0, length))).rejects.toMatchObject({ code: 'incomplete' });
    expect((await readDataset('BZh9\nx\n')).rows).toEqual([['x']]);
  });

  it('with any changed bit is refused, or read unchanged where the bit means nothing', async () => {
    const random = randomFrom(seedOf('damaged bzip2'));
    let refused = 0;
    for (let round = 0; round < samples(4, 8); round += 1) {
      const content = randomContent(random, 30_000);
      const intact = pack(content, 1);
      for (let change = 0; change < 20; change += 1) {
        const packed = Buffer.from(intact);
        const at = Math.floor(random() * packed.length);
        packed[at] = (packed[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        const read = await collect(bunzip2(cut(packed, 10_000))).catch((error: unknown) => error);
        if (read instanceof Buffer) expect(read.equals(content)).toBe(true);
        else {
          expect(read).toMatchObject({ code: 'incomplete' });
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(samples(70, 140));
  });

  it('whose first stream is damaged is refused although the second one is intact', async () => {
    const first = Buffer.from(packedTable);
    first[30] = (first[30] ?? 0) ^ 1;
    await expect(collect(bunzip2(cut(Buffer.concat([first, packedOther]), 100)))).rejects.toMatchObject({
      code: 'incomplete',
    });
  });

  it('that is a decompression bomb is refused', async () => {
    const bomb = pack(Buffer.alloc(45_000_000));
    async function* endless(): Bytes {
      for (;;) yield bomb;
    }
    await expect(
      (async () => {
        for await (const _piece of bunzip2(endless()));
      })(),
    ).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('more than 500 times') });
  });

  it('closes the source when the reader stops, and fails with its error', async () => {
    let released = false;
    async function* watched(): Bytes {
      try {
        yield* cut(packedTable, 10);
      } finally {
        released = true;
      }
    }
    for await (const piece of bunzip2(watched())) if (piece.length > 0) break;
    expect(released).toBe(true);
    const failure = new PipewrightError({ code: 'unavailable', message: 'the connection broke' });
    async function* breaking(): Bytes {
      yield packedTable.subarray(0, 20);
      throw failure;
    }
    await expect(collect(bunzip2(breaking()))).rejects.toBe(failure);
  });

  it('is recognized by its first bytes only', () => {
    expect([packedTable, pack(Buffer.alloc(0)), Buffer.from('BZh9,name\n1,2\n')].map(isBzip2)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is read as a dataset, also within ZIP and gzip', async () => {
    for (const file of [packedTable, zipSync({ 'a.csv.bz2': packedTable, 'readme.md': table }), gzipSync(packedTable)])
      expect((await readDataset(file)).rows).toEqual([['CI', 'Côte d’Ivoire']]);
  });
});
