import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { asCsv, type DatasetFormat } from '../../shared/src/datasets/csv/as-csv.ts';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textOf(bytes: Uint8Array, format: DatasetFormat = {}, size = 3): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of asCsv(cut(bytes, size), format)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const text = 'name,city\r\nJosé,Zürich\r\n€ 5,"Łódź, 🏭"\r\n';
const bigEndian = (value: string): Buffer => Buffer.from(value, 'utf16le').swap16();

describe('A dataset as CSV in UTF-8', () => {
  it.each([1, 2, 3, 7, 1000])('passes untouched where it is so already, in pieces of %d bytes', async (size) => {
    expect(await textOf(Buffer.from(text), {}, size)).toBe(text);
    expect(await textOf(new Uint8Array(0), {}, size)).toBe('');
    expect(await textOf(Buffer.from('a'), {}, size)).toBe('a');
  });

  it.each([1, 2, 3, 7, 1000])('is known as UTF-16 by its mark, in pieces of %d bytes', async (size) => {
    expect(await textOf(Buffer.from(`\uFEFF${text}`, 'utf16le'), {}, size)).toBe(text);
    expect(await textOf(bigEndian(`\uFEFF${text}`), {}, size)).toBe(text);
  });

  it('is decoded as somebody says', async () => {
    expect(await textOf(Buffer.from(text, 'utf16le'), { encoding: 'utf-16le' })).toBe(text);
    expect(await textOf(bigEndian(text), { encoding: 'utf-16be' })).toBe(text);
    expect(await textOf(Buffer.from([0x4a, 0x6f, 0x73, 0xe9, 0x2c, 0x80]), { encoding: 'windows-1252' })).toBe('José,€');
  });

  it('is unpacked, whatever it is then', async () => {
    expect(await textOf(gzipSync(text))).toBe(text);
    expect(await textOf(gzipSync(Buffer.from(`\uFEFF${text}`, 'utf16le')))).toBe(text);
    expect(await textOf(gzipSync('{"a":1}\n'), { format: 'json-lines' })).toBe('"a"\n1\n');
    await expect(textOf(gzipSync(text).subarray(0, 30))).rejects.toMatchObject({ code: 'cut-short' });
  });

  it('is refused when it is not written as was said', async () => {
    await expect(textOf(Buffer.from('odd'), { encoding: 'utf-16le' })).rejects.toMatchObject({ code: 'bad-csv', message: 'The file is not written in UTF-16LE.' });
  });
});

describe('JSON Lines as CSV', () => {
  const read = async (lines: string, size = 3): Promise<string[][]> => parse(await textOf(Buffer.from(lines), { format: 'json-lines' }, size)) as string[][];

  it.each([1, 2, 5, 1000])('have the fields of all early lines as columns, in pieces of %d bytes', async (size) => {
    const lines = '{"policy":"P-1","paid":12.50}\r\n\n{"policy":"P-2","city":"Zürich"}\n{"paid":null,"policy":""}';
    expect(await read(lines, size)).toEqual([['policy', 'paid', 'city'], ['P-1', '12.50', ''], ['P-2', '', 'Zürich'], ['', '', '']]);
  });

  it('keep every digit of a number, tell empty text from nothing, and keep what is nested as JSON', async () => {
    const csv = await textOf(Buffer.from('{"id":12345678901234567890,"paid":0.10,"text":"","none":null,"deep":{"a":[1.50,"x"]},"yes":true}\n'), { format: 'json-lines' });
    expect(csv).toBe('"id","paid","text","none","deep","yes"\n12345678901234567890,0.10,"",,"{""a"":[1.50,""x""]}",true\n');
  });

  it('keep commas, quotation marks and line ends of a text', async () => {
    expect(await read('{"a":"x,\\"y\\"\\nz"}')).toEqual([['a'], ['x,"y"\nz']]);
  });

  it('take no name for more than a name', async () => {
    expect(await read('{"__proto__":1,"constructor":2}')).toEqual([['__proto__', 'constructor'], ['1', '2']]);
  });

  it.each([
    ['{"a":1}\n{"a":', 'at line 2, the text is no JSON'],
    ['[1]\n', 'at line 1, there is no object'],
    ['{"a":1}\n\nnull\n', 'at line 3, there is no object'],
    [`${'{"a":1}\n'.repeat(1_200)}{"b":1}\n`, 'at line 1201, there is the field “b”'],
  ])('are refused with the line where they are none', async (lines, reason) => {
    await expect(textOf(Buffer.from(lines), { format: 'json-lines' }, 1000)).rejects.toMatchObject({ code: 'bad-csv', message: expect.stringContaining(reason) });
  });

  it('may be many', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `{"row":${index},"text":"value ${index}"}`).join('\n');
    const rows = await read(lines, 10_000);
    expect(rows).toHaveLength(50_001);
    expect(rows.at(-1)).toEqual(['49999', 'value 49999']);
  });
});
