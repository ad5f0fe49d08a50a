import { gzipSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { parseXml } from '../../../../shared/src/datasets/excel/xml-reader.ts';
import { readDataset } from '../read-dataset.ts';
import { numberCell, sheetFile, textCell, workbookFile } from './workbook-file.ts';

const file = sheetFile([textCell('id') + textCell('name'), numberCell(1) + '<c t="s"><v>0</v></c>'], {
  strings: ['<t>Müller</t>'],
});
const expected = { header: ['id', 'name'], rows: [['1', 'Müller']], rejects: [] };

/** The files of the workbook, some of them changed. */
function changed(change: (name: string, text: string) => string | Uint8Array | undefined): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [name, content] of Object.entries(unzipSync(file))) {
    const made = change(name, Buffer.from(content).toString('utf8'));
    if (made !== undefined) files[name] = typeof made === 'string' ? Buffer.from(made) : made;
  }
  return zipSync(files);
}

const invalid = (reason: string) => ({
  code: 'invalid-file',
  message: `The Excel workbook is invalid: ${reason}.`,
  hint: 'Open it in Excel and save it again, or save the sheet as CSV (UTF-8).',
});

describe('The package of an Excel workbook', () => {
  it('is recognized by its first bytes, also in gzip and in a ZIP', async () => {
    expect(await readDataset(file, { format: 'json-lines' })).toMatchObject(expected);
    expect(await readDataset(gzipSync(file))).toMatchObject(expected);
    expect(await readDataset(zipSync({ 'claims.xlsx': file }))).toMatchObject(expected);
    expect(await readDataset(zipSync({ 'readme.pdf': Buffer.from('%PDF'), 'claims.XLSM': file }))).toMatchObject(
      expected,
    );
    const two = zipSync({ 'a.xlsx': file, 'b.xlsx': file });
    await expect(readDataset(two)).rejects.toMatchObject({ message: expect.stringContaining('several files') });
    expect(await readDataset(two, { fileInZip: 'b.xlsx' })).toMatchObject(expected);
  });

  it('is read with its files in another order, without compression, and with other spellings of their names', async () => {
    const files = Object.entries(unzipSync(file)).reverse();
    expect(await readDataset(zipSync(Object.fromEntries(files)))).toMatchObject(expected);
    expect(await readDataset(zipSync(Object.fromEntries(files), { level: 0 }))).toMatchObject(expected);
    const upper = files.map(([name, content]) => [name.replace('xl/worksheets', 'XL\\Worksheets'), content]);
    expect(await readDataset(zipSync(Object.fromEntries(upper)))).toMatchObject(expected);
  });

  it.each(['sheet1.xml', 'workbook.xml'])('is read without folders, with %s as its first file', async (first) => {
    const flat = (name: string): string => name.replace(/xl\/(?:worksheets\/)?/, '');
    const files = Object.entries(unzipSync(file)).map(([name, content]): [string, Uint8Array] => [
      flat(name),
      Buffer.from(
        Buffer.from(content)
          .toString('utf8')
          .replace(/Target="\/?(?:xl\/)?(?:worksheets\/)?/g, 'Target="'),
      ),
    ]);
    files.sort(([one], [other]) => Number(other === first) - Number(one === first));
    expect(files[0]?.[0]).toBe(first);
    expect(await readDataset(zipSync(Object.fromEntries(files)))).toMatchObject(expected);
  });

  it('is read in strict Office Open XML, with prefixes, in UTF-16, and with a byte order mark', async () => {
    const rows = `<row>${textCell('id')}${textCell('name')}</row><row>${numberCell(1)}<c t="s"><v>0</v></c></row>`;
    const strict = workbookFile({ sheets: [{ rows }], strings: ['<t>Müller</t>'], isStrict: true });
    expect(await readDataset(strict)).toMatchObject(expected);
    const prefixed = changed((_name, text) =>
      text.replace(/<(\/?)(?=[a-zA-Z])/g, '<$1x:').replace('xmlns=', 'xmlns:x='),
    );
    expect(await readDataset(prefixed)).toMatchObject(expected);
    for (const encode of [
      (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
      (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      (text: string) => Buffer.from(text, 'utf16le'),
      (text: string) => Buffer.from(`\uFEFF${text}`),
    ])
      expect(await readDataset(changed((_name, text) => encode(text)))).toMatchObject(expected);
  });

  it('is refused in another encoding, and with invalid bytes', async () => {
    const latin = changed((_name, text) => Buffer.from(text.replace('UTF-8', 'ISO-8859-1'), 'latin1'));
    await expect(readDataset(latin)).rejects.toMatchObject(
      invalid('it is written in ISO-8859-1 instead of UTF-8 or UTF-16'),
    );
    const broken = changed((_name, text) => Buffer.from(text, 'latin1'));
    await expect(readDataset(broken)).rejects.toMatchObject(invalid('it contains invalid UTF-8'));
  });

  it.each([
    [
      'a document type definition',
      (text: string) => text.replace('<sst', '<!DOCTYPE sst [<!ENTITY a "b">]><sst'),
      'its XML has a document type definition, which is not allowed',
    ],
    ['an unknown entity', (text: string) => text.replace('Müller', '&a;'), 'its XML contains “&a;”'],
    [
      'a character that does not exist',
      (text: string) => text.replace('Müller', '&#xD800;'),
      'its XML contains “&#xD800;”',
    ],
    ['crossed elements', (text: string) => text.replace('</t></si>', '</si></t>'), 'its XML is malformed'],
    ['a missing end', (text: string) => text.replace('</sst>', ''), 'its XML ends in the middle'],
    ['two roots', (text: string) => `${text}<sst></sst>`, 'its XML is malformed'],
    ['text after the end', (text: string) => `${text}x`, 'its XML ends in the middle'],
  ])('is refused with %s', async (_what, change, reason) => {
    const made = changed((name, text) => (name === 'xl/sharedStrings.xml' ? change(text) : text));
    await expect(readDataset(made)).rejects.toMatchObject(invalid(reason));
  });

  it('is refused with two files of one name', async () => {
    const files = unzipSync(file);
    const twice = zipSync({ ...files, 'xl/worksheets/SHEET1.xml': files['xl/worksheets/sheet1.xml'] as Uint8Array });
    await expect(readDataset(twice)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('contains two files named “xl/worksheets/SHEET1.xml”'),
    });
  });

  it('is refused if a byte is different, or bytes are missing', async () => {
    const stored = zipSync(unzipSync(file), { level: 0 });
    const flipped = Buffer.from(stored);
    const at = flipped.indexOf('Müller');
    flipped[at] = 0x6d;
    await expect(readDataset(flipped)).rejects.toMatchObject({ code: 'incomplete' });
    for (const length of [stored.length - 1, stored.length - 30, Math.floor(stored.length / 2), 60])
      await expect(readDataset(stored.subarray(0, length))).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('is refused without a workbook, and as another document', async () => {
    const without = changed((name, text) => (name === 'xl/workbook.xml' ? undefined : text));
    await expect(readDataset(without)).rejects.toMatchObject(invalid('it has no workbook part'));
    const word = zipSync({ '[Content_Types].xml': Buffer.from('<a/>'), 'word/document.xml': Buffer.from('<a/>') });
    await expect(readDataset(word)).rejects.toMatchObject({
      message: expect.stringContaining('Word document (.docx)'),
    });
  });

  it('is refused if it is a decompression bomb', async () => {
    const bomb = changed((name, text) =>
      name === 'xl/worksheets/sheet1.xml'
        ? text.replace('</sheetData>', `${'<a></a>'.repeat(5_000_000)}</sheetData>`)
        : text,
    );
    expect(bomb.length).toBeLessThan(100_000);
    await expect(readDataset(bomb)).rejects.toMatchObject({
      message: 'The compressed file expands to more than 500 times its size.',
    });
  });

  it('is refused if it is larger than 128 MB', async () => {
    const start = file.subarray(0, 60);
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield start;
      for (;;) yield new Uint8Array(16 * 1024 * 1024);
    }
    const { DatasetReader } = await import('../../../../shared/src/datasets/formats/dataset-reader.ts');
    const blocks = new DatasetReader(endless(), {}, () => undefined).blocks();
    await expect(blocks.next()).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The Excel workbook is larger than 128 MB.',
    });
  });
});

it('Reading an Excel workbook stops at a checkpoint', async () => {
  const checkpoint = (): void => {
    throw new Error('time is up');
  };
  await expect(readDataset(file, { checkpoint })).rejects.toThrow('time is up');
});

describe('parseXml', () => {
  it('returns the same events whatever the size of the pieces', async () => {
    const xml = Buffer.from(
      '<?xml version="1.0"?>\r\n<!-- <a> --><p:a x="1>2" y=\'é"\'>t&amp;\r\nü<b/><![CDATA[<c>]]]]><extLst><b>no</b></extLst></p:a >\n',
    );
    const read = async (size: number): Promise<string> => {
      let events = '';
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < xml.length; at += size) yield xml.subarray(at, at + size);
      }
      const handler = {
        open: (name: string, attributes: { get(name: string): string | undefined }) => {
          events += `<${name} ${attributes.get('x')} ${attributes.get('y')} ${attributes.get('z')}>`;
        },
        text: (text: string) => {
          events += text;
        },
        close: (name: string) => {
          events += `</${name}>`;
        },
      };
      for await (const _length of parseXml(pieces(), handler));
      return events;
    };
    for (const size of [1, 2, 3, 5, 1000])
      expect(await read(size)).toBe('<a 1>2 é" undefined>t&\nü<b undefined undefined undefined></b><c>]]</a>');
  });
});
