import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Zip, ZipDeflate, ZipPassThrough, zipSync, type Zippable } from 'fflate';
import { crc32 } from '../../../../shared/src/datasets/bytes/crc32.ts';
import { gunzipIfNeeded } from '../../../../shared/src/datasets/bytes/gunzip.ts';
import { unpack } from '../../../../shared/src/datasets/bytes/unpack.ts';
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

const unzip = (bytes: Uint8Array, wanted?: string, size = 1000): Promise<Buffer> =>
  collect(unpack(inPieces(bytes, size), wanted));
const table = Buffer.from('country,note\nCI,Côte d’Ivoire\n');
const zip = (files: Zippable): Uint8Array => zipSync(files);

/** Creates a ZIP as a stream: the sizes of a file follow its data. */
function streamed(files: Record<string, Uint8Array>, packs = true): Buffer {
  const pieces: Uint8Array[] = [];
  const made = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const [name, content] of Object.entries(files)) {
    const file = packs ? new ZipDeflate(name) : new ZipPassThrough(name);
    made.add(file);
    file.push(content, true);
  }
  made.end();
  return Buffer.concat(pieces);
}

describe('A ZIP', () => {
  it.each([1, 2, 3, 7, 29, 1000])('with one file is decompressed, in pieces of %d bytes', async (size) => {
    expect(await unzip(zip({ 'claims.csv': table }), undefined, size)).toEqual(table);
    expect(await unzip(streamed({ 'claims.csv': table }), undefined, size)).toEqual(table);
    expect(await unzip(streamed({ 'claims.csv': table }, false), undefined, size)).toEqual(table);
  });

  it.each([1, 2, 3, 4, 7, 1000])(
    'is distinguished from other bytes, which pass through unchanged, in pieces of %d bytes',
    async (size) => {
      for (const bytes of [table, Buffer.from(''), Buffer.from('PK'), Buffer.from('PK,paid\nP-1,2\n')])
        expect(await unzip(bytes, undefined, size)).toEqual(bytes);
    },
  );

  it('with a single file can have any file name', async () => {
    expect(await unzip(zip({ export: table }))).toEqual(table);
    const large = randomBytes(1_500_000);
    expect((await unzip(zip({ export: [large, { level: 0 }] }), undefined, 65_536)).equals(large)).toBe(true);
  });

  it.each(['claims.csv', 'claims.TSV', 'in/a/folder/claims.jsonl', 'claims.ndjson', 'claims.txt'])(
    'with several files yields %s, because the others are not datasets',
    async (name) => {
      expect(
        await unzip(
          zip({
            'README.md': Buffer.from('Read me'),
            'in/': new Uint8Array(0),
            [name]: table,
            'picture.png': randomBytes(100),
            '__MACOSX/._claims.csv': randomBytes(40),
          }),
        ),
      ).toEqual(table);
    },
  );

  it('can contain a gzip file', async () => {
    expect(await collect(gunzipIfNeeded(unpack(inPieces(zip({ 'claims.csv.gz': gzipSync(table) }), 10))))).toEqual(
      table,
    );
  });

  it.each([
    ['two datasets', { 'a.csv': table, 'b.csv': table }, '“a.csv”, “b.csv”'],
    ['two files that are not datasets', { a: table, b: table }, '“a”, “b”'],
    [
      'a large file that is not a dataset, and another',
      { a: [randomBytes(1_500_000), { level: 0 }], b: table },
      '“a”, “b”',
    ],
    [
      'a large file that is not a dataset, before a dataset',
      { a: [randomBytes(1_500_000), { level: 0 }], 'b.csv': table },
      '“a”, “b.csv”',
    ],
  ] as [string, Zippable, string][])('with %s is ambiguous, and the error lists them', async (_what, files, named) => {
    await expect(unzip(zip(files))).rejects.toMatchObject({
      code: 'invalid-input',
      message: `The ZIP contains several files: ${named}.`,
      hint: 'Enter the name of one of them under File in ZIP.',
    });
  });

  it('lists at most twenty files in the error', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`${index}.csv`, table]));
    await expect(unzip(zip(many))).rejects.toMatchObject({ message: expect.stringMatching(/“19\.csv” and 5 more\.$/) });
  });

  it('yields the named file, with or without its folders', async () => {
    const files = zip({ 'a.csv': Buffer.from('a'), 'in/b.dat': table });
    expect(await unzip(files, 'in/b.dat')).toEqual(table);
    expect(await unzip(files, 'b.dat')).toEqual(table);
    await expect(unzip(files, 'c.csv')).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The ZIP does not contain exactly one file named “c.csv”. It contains “a.csv”, “in/b.dat”.',
    });
    await expect(unzip(zip({ 'x/a.csv': table, 'y/a.csv': table }), 'a.csv')).rejects.toMatchObject({
      code: 'invalid-input',
      hint: expect.stringContaining('including its folders'),
    });
  });

  it('that is empty, or a workbook with its parts in an unusual order, is refused with that explanation', async () => {
    await expect(unzip(zip({}))).rejects.toMatchObject({ code: 'empty-dataset' });
    await expect(unzip(zip({ 'a.bin': table, 'xl/workbook.xml': table }))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Excel'),
      hint: 'Open it in Excel and save it again.',
    });
  });

  it.each([
    ['sizes before each file', zip({ 'a.csv': table, 'b.md': table })],
    ['sizes after each file', streamed({ 'a.csv': table, 'b.md': table })],
  ])('that is truncated is refused, wherever it ends (%s)', async (_what, whole) => {
    for (let length = 4; length < whole.length; length += 1)
      await expect(unzip(whole.subarray(0, length), undefined, 11)).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('that is damaged is refused', async () => {
    const whole = Buffer.from(zip({ 'a.csv': [table, { level: 0 }] }));
    const at = whole.indexOf('Ivoire');
    whole[at] = 0x49 ^ 1;
    await expect(unzip(whole)).rejects.toMatchObject({
      code: 'incomplete',
      message: 'The compressed file is damaged, incomplete or followed by other data.',
    });
    await expect(
      unzip(Buffer.concat([zip({ 'a.csv': table }).subarray(0, 45), randomBytes(200)])),
    ).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('that is encrypted, or uses an unsupported method, is refused with the reason', async () => {
    const encrypted = Buffer.from(zip({ 'a.csv': table }));
    encrypted[6] = (encrypted[6] ?? 0) | 1;
    await expect(unzip(encrypted)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The file “a.csv” in the ZIP is encrypted.',
    });
    const unusual = Buffer.from(zip({ 'a.csv': table }));
    unusual[8] = 12;
    await expect(unzip(unusual)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('method 12'),
    });
  });

  it('can contain data that looks like its own signatures', async () => {
    const inner = streamed({ 'inner.csv': table });
    const tricky = Buffer.concat([
      Buffer.from('PK\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0cPK\x01\x02', 'latin1'),
      inner,
      inner,
    ]);
    for (const size of [1, 13, 1000])
      expect(await unzip(streamed({ 'a.csv': tricky }, false), undefined, size)).toEqual(tricky);
  });

  it('that is a decompression bomb is refused', async () => {
    const zeros = zip({ 'a.csv': [new Uint8Array(20_000_000), { level: 1 }] });
    await expect(collect(unpack(inPieces(zeros, 65_536)))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('500 times'),
    });
  });

  it('is read from its source on demand, and closes the source', async () => {
    let taken = 0;
    let released = false;
    async function* watched(): Bytes {
      try {
        for await (const piece of inPieces(zip({ 'a.csv': [randomBytes(8_000_000), { level: 0 }] }), 65_536)) {
          taken += piece.length;
          yield piece;
        }
      } finally {
        released = true;
      }
    }
    for await (const piece of unpack(watched())) if (piece.length > 0) break;
    expect(taken).toBeLessThan(2_000_000);
    expect(released).toBe(true);
  });

  it('fails with the error of its source', async () => {
    const failure = new PipewrightError({ code: 'unavailable', message: 'the connection broke' });
    async function* breaking(): Bytes {
      yield zip({ 'a.csv': table }).subarray(0, 60);
      throw failure;
    }
    await expect(collect(unpack(breaking()))).rejects.toBe(failure);
  });
});

describe('The checksum CRC-32', () => {
  it('matches the standard, also when computed incrementally', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    for (let cut = 0; cut <= 9; cut += 1)
      expect(crc32(Buffer.from('123456789'.slice(cut)), crc32(Buffer.from('123456789'.slice(0, cut))))).toBe(
        0xcbf43926,
      );
  });
});

describe('A name in a ZIP', () => {
  it('can have backslashes between folders, in the ZIP and in the requested name', async () => {
    const files = { 'export\\claims.csv': table, 'export\\notes.csv': Buffer.from('x') };
    for (const wanted of ['claims.csv', 'export/claims.csv', 'export\\claims.csv'])
      expect(await unzip(zip(files), wanted)).toEqual(table);
  });

  it('without the UTF-8 flag is decoded as UTF-8 if valid, otherwise as code page 437', async () => {
    const named = (bytes: Buffer): Buffer => {
      const whole = Buffer.from(zip({ xxxxxxxxxx: table, 'b.csv': Buffer.from('x'), 'c.csv': Buffer.from('x') }));
      for (let at = whole.indexOf('xxxxxxxxxx'); at >= 0; at = whole.indexOf('xxxxxxxxxx', at + 1))
        bytes.copy(whole, at);
      return whole;
    };
    expect(await unzip(named(Buffer.from('f\u00fcn-5.csv')), 'fün-5.csv')).toEqual(table);
    expect(
      await unzip(named(Buffer.from([0x66, 0x81, 0x6e, 0x66, 0x2d, 0x35, 0x2e, 0x63, 0x73, 0x76])), 'fünf-5.csv'),
    ).toEqual(table);
  });
});
