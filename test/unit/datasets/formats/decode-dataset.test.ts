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

  it.each([
    ['windows-1252', Buffer.from(`\uFEFF${text}`), 'UTF-8'],
    ['gb18030', Buffer.from(`\uFEFF${text}`), 'UTF-8'],
    ['utf-8', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'UTF-16 (Little Endian)'],
    ['utf-16le', bigEndian(`\uFEFF${text}`), 'UTF-16 (Big Endian)'],
  ] as const)('refuses %s for a file with another byte order mark', async (encoding, bytes, marked) => {
    await expect(textOf(bytes, { encoding })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(`it starts with the byte order mark of ${marked}.`),
      hint: 'Set Encoding to Automatic (UTF-8 or UTF-16).',
    });
  });

  it.each(['utf-16le', 'utf-16be'] as const)(
    'refuses %s for a file whose characters have one byte',
    async (encoding) => {
      await expect(textOf(Buffer.from('id,name\n1,a\n'), { encoding })).rejects.toMatchObject({
        message: expect.stringContaining('its characters have one byte'),
      });
    },
  );

  it('rejects bytes that are invalid in the given encoding', async () => {
    await expect(textOf(Buffer.from('o\0d'), { encoding: 'utf-16le' })).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('Line 1 cannot be read as UTF-16'),
    });
  });
});
