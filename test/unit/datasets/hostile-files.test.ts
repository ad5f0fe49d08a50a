import { workOf } from './count-bytes.ts';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { unpack } from '../../../shared/src/datasets/bytes/unpack.ts';
import { DatasetReader } from '../../../shared/src/datasets/formats/dataset-reader.ts';
import { cut, readDataset } from './read-dataset.ts';
import { filter } from './bytes/compressed.ts';

const unpacked = (bytes: Uint8Array) => async () => {
  let size = 0;
  for await (const piece of unpack(cut(bytes, 65_536))) size += piece.length;
  return size;
};

const repeated = (part: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => part));

/** A Zstandard frame with a window of 32 MB, which is full before blocks of 6 bytes follow that decode to one byte. */
const zstdBlocks = (count: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78]),
    repeated(Buffer.from([0x02, 0x00, 0x10, 0x30]), 256),
    repeated(Buffer.from([0x1c, 0x00, 0x00, 0x08, 0x61, 0x00]), count),
    Buffer.from([0x01, 0x00, 0x00]),
  ]);

describe('The work for a compressed file grows with its bytes, not faster, if it consists of', () => {
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x78, 8, 0, 0, 0x61, 0x11, 0, 0, 0x62, 0x63]);
  const cases: [what: string, make: (count: number) => Uint8Array, perPart: number][] = [
    ['small blocks of Zstandard in a window of 32 MB', zstdBlocks, 100],
    ['small frames of Zstandard that ask for a window of 32 MB', (count) => repeated(frame, count), 100],
    ['streams of bzip2', (count) => repeated(filter('bzip2', ['-c'], Buffer.from('claim\n')), count), 400],
    // fflate allocates 128 KB for each member.
    ['members of gzip', (count) => repeated(gzipSync('claim\n'), count), 150_000],
    [
      'files in a ZIP',
      (count) =>
        zipSync({
          ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.bin`, Buffer.from('x')])),
          'claims.csv': Buffer.from('a,b\n1,2\n'),
        }),
      2_000,
    ],
  ];

  it.each(cases)('%s', async (_what, make, perPart) => {
    const [few, many] = [1_000, 3_000];
    const [first, second] = [await workOf(unpacked(make(few))), await workOf(unpacked(make(many)))];
    expect([first.error, second.error]).toEqual([undefined, undefined]);
    expect((second.bytes - first.bytes) / (many - few)).toBeLessThan(perPart);
  });
});

describe('A small file that would expand to billions of cells', () => {
  const columns = Array.from({ length: 40_000 }, (_, index) => index);

  it('is refused if it is JSON whose rows lack the columns of the first one', async () => {
    const first = `{${columns.map((column) => `"${column}":1`).join(',')}}`;
    await expect(readDataset(`${first}\n${'{"1":1}\n'.repeat(100_000)}`)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('empty cells'),
    });
  });

  it('is read if it is a table with many rows and a thousand columns, nearly all of them empty', async () => {
    const first = `{${columns
      .slice(0, 1_000)
      .map((column) => `"${column}":1`)
      .join(',')}}`;
    let rows = 0;

    const reader = new DatasetReader(
      cut(Buffer.from(`${first}\n${'{}\n'.repeat(20_000)}`), 1_000),
      {},
      () => undefined,
    );
    for await (const block of reader.blocks()) rows += block.rows;
    expect(rows).toBe(20_001);
  });
});

describe('A dataset with hostile syntax', () => {
  it.each([
    ['objects in objects', `[${'{"a":1,"b":'.repeat(50_000)}1${'}'.repeat(50_000)}]`, 'levels'],
    ['arrays in arrays', `[{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}]`, 'levels'],
    ['a text that never ends', `[{"a":"${'x'.repeat(20_000_000)}`, 'line 1'],
    ['a quotation mark that is never closed', `a,b\n1,"${'x\n'.repeat(200_000)}`, 'never'],
  ])('is refused in time if it has %s', async (_what, text, message) => {
    await expect(readDataset(text)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });

  it('with a million columns costs what its bytes cost', async () => {
    const make = (count: number) => Buffer.from(`${'a,'.repeat(count)}a\n${'1,'.repeat(count)}1\n`);
    const [first, second] = [
      await workOf(() => readDataset(make(250_000))),
      await workOf(() => readDataset(make(1_000_000))),
    ];
    expect([first.error, second.error]).toEqual([undefined, undefined]);
    expect(second.bytes / first.bytes).toBeLessThan(6);
  });
});
