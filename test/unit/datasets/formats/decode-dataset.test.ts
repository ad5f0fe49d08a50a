import { gzipSync } from 'node:zlib';
import { unpack } from '../../../../shared/src/datasets/bytes/unpack.ts';
import { decodeDataset, type DatasetFormat } from '../../../../shared/src/datasets/formats/decode-dataset.ts';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(bytes: Uint8Array, format: DatasetFormat = {}, size = 3): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of decodeDataset(unpack(cut(bytes, size)), format)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const text = 'name,city\r\nJosé,Zürich\r\n€ 5,"Łódź, 🏭"\r\n';
const bigEndian = (value: string): Buffer => Buffer.from(value, 'utf16le').swap16();

describe('decodeDataset', () => {
  it.each([1, 2, 3, 7, 1000])('passes UTF-8 through unchanged, in pieces of %d bytes', async (size) => {
    expect(await textOf(Buffer.from(text), {}, size)).toBe(text);
    expect(await textOf(new Uint8Array(0), {}, size)).toBe('');
    expect(await textOf(Buffer.from('a'), {}, size)).toBe('a');
  });

  it.each([1, 2, 3, 7, 1000])('detects UTF-16 by its byte order mark, in pieces of %d bytes', async (size) => {
    expect(await textOf(Buffer.from(`\uFEFF${text}`, 'utf16le'), {}, size)).toBe(text);
    expect(await textOf(bigEndian(`\uFEFF${text}`), {}, size)).toBe(text);
  });

  it('uses the given encoding', async () => {
    expect(await textOf(Buffer.from(text, 'utf16le'), { encoding: 'utf-16le' })).toBe(text);
    expect(await textOf(bigEndian(text), { encoding: 'utf-16be' })).toBe(text);
    expect(await textOf(Buffer.from([0x4a, 0x6f, 0x73, 0xe9, 0x2c, 0x80]), { encoding: 'windows-1252' })).toBe(
      'José,€',
    );
  });

  it('decompresses before decoding', async () => {
    expect(await textOf(gzipSync(text))).toBe(text);
    expect(await textOf(gzipSync(Buffer.from(`\uFEFF${text}`, 'utf16le')))).toBe(text);
    await expect(textOf(gzipSync(text).subarray(0, 30))).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('rejects bytes that are invalid in the given encoding', async () => {
    await expect(textOf(Buffer.from('odd'), { encoding: 'utf-16le' })).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('Line 1 cannot be read as UTF-16'),
    });
  });
});
