import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { evaluateRules } from '../../../../shared/src/datasets/check/evaluate-rules.ts';
import { readRows } from '../../../../shared/src/datasets/rows/read-rows.ts';
import { cut, readDataset } from '../read-dataset.ts';

const letters = (text: string): Buffer => Buffer.from(text, 'latin1');
const followed = (start: string): Buffer =>
  Buffer.concat([letters(start), Buffer.from([0, 1, 2, 3, 0, 255]), randomBytes(500)]);
const oleWith = (name: string): Buffer =>
  Buffer.concat([
    letters('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    Buffer.alloc(504),
    Buffer.from(name, 'utf16le'),
    Buffer.alloc(100),
  ]);
const xml = Buffer.from('<x/>');

const foreign: [what: string, bytes: Uint8Array | string, says: string][] = [
  [
    'a login page',
    '<!DOCTYPE html>\n<html>\n<head><title>Sign in</title></head><body>Please sign in</body></html>\n',
    'web page (HTML) titled “Sign in”',
  ],
  ['a web page behind a byte order mark and white space', '\uFEFF\n  <HTML><body>a,b</body></HTML>', 'web page'],
  [
    'a web page with commas',
    '<html><head><meta name="viewport" content="width=device-width, initial-scale=1"></head>\n<body>Hello, world, again</body>\n</html>\n',
    'web page',
  ],
  ['an HTML table saved as .xls', '<html><table><tr><td>a</td></tr></table></html>', 'web page with a table'],
  ['XML', '<rows>\n<row><a>1</a></row>\n<row><a>2</a></row>\n</rows>\n', 'XML file'],
  ['XML with its declaration', '<?xml version="1.0"?>\n<data/>\n', 'XML file'],
  [
    'an Excel 2003 workbook',
    '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
    'Excel 2003 workbook',
  ],
  ['an RSS feed', '<?xml version="1.0"?><rss version="2.0"><channel/></rss>', 'RSS or Atom feed'],
  [
    'an error of S3',
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
    '“Request has expired”',
  ],
  ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123\n', 'Git LFS pointer'],
  ['an error in a line', 'Access denied\n', 'error message: “Access denied”'],
  ['an error of HTTP', '403 Forbidden', 'error message: “403 Forbidden”'],
  ['an error in JSON', '{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}', 'error message'],
  ['an error in JSON over several lines', '{\n  "message": "Not Found",\n  "status": "404"\n}', 'error message'],
  ['a JSON object over several lines', '{\n  "items": [\n    {"a": 1}\n  ],\n  "next": null\n}', 'the array “items”'],
  ['a JSON array of numbers', '[1,2]', 'its array contains no objects'],
  ['a JSON array of texts over several lines', '\uFEFF[\n "a",\n "b, c"\n]\n', 'its array contains no objects'],
  ['a JSON array of arrays', '[[1,2],[3,4]]', 'its array contains no objects'],
  [
    'a long JSON array',
    `[${Array.from({ length: 30_000 }, (_value, index) => index).join(',\n')}]`,
    'its array contains no objects',
  ],
  [
    'a long JSON array of arrays',
    `[${Array.from({ length: 30_000 }, (_value, index) => `[${index},"x"]`).join(',')}]`,
    'its array contains no objects',
  ],
  ['a JSON array per line', '[1,2]\n[3,4]\n', 'text with a JSON array of values without names in each line'],
  ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', 'a key, a certificate'],
  ['a PGP message', '-----BEGIN PGP MESSAGE-----\nxyz\n-----END PGP MESSAGE-----\n', 'an encrypted file'],
  ['RTF', '{\\rtf1\\ansi Hello}', 'RTF document'],
  ['SYLK', 'ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K"a"\r\n', 'SYLK'],
  ['a binary Excel workbook', zipSync({ '[Content_Types].xml': xml, 'xl/workbook.bin': xml }), '.xlsb'],
  ['a Word document', zipSync({ '[Content_Types].xml': xml, 'word/document.xml': xml }), '.docx'],
  ['a PowerPoint presentation', zipSync({ '[Content_Types].xml': xml, 'ppt/presentation.xml': xml }), '.pptx'],
  [
    'an OpenDocument spreadsheet',
    zipSync({
      mimetype: [Buffer.from('application/vnd.oasis.opendocument.spreadsheet'), { level: 0 }],
      'content.xml': xml,
    }),
    'OpenDocument spreadsheet (.ods)',
  ],
  [
    'an OpenDocument text',
    zipSync({ mimetype: [Buffer.from('application/vnd.oasis.opendocument.text'), { level: 0 }], 'content.xml': xml }),
    'OpenDocument document',
  ],
  ['a Numbers spreadsheet', zipSync({ 'Index/Document.iwa': xml, 'preview.jpg': xml }), 'Numbers'],
  [
    'a binary Excel workbook within gzip',
    gzipSync(zipSync({ '[Content_Types].xml': xml, 'xl/workbook.bin': xml })),
    '.xlsb',
  ],
  [
    'an Excel workbook with its parts in an unusual order',
    zipSync({ 'a.bin': xml, 'xl/workbook.xml': xml }),
    'Excel workbook with its parts in an unusual order',
  ],
  ['a PDF document within a ZIP', zipSync({ 'claims.csv': Buffer.from('%PDF-1.7\n%âãÏÓ\n') }), 'PDF document'],
  ['an old Excel workbook', oleWith('Workbook'), 'old Excel workbook (.xls)'],
  ['a workbook with a password', oleWith('EncryptedPackage'), 'password'],
  ['an old Word document', oleWith('WordDocument'), '.doc'],
  ['an Outlook message', oleWith('__substg1.0_0037001F'), '.msg'],
  ['encrypted Parquet', followed('PARE'), 'Parquet'],
  ['Avro', followed('Obj\x01'), 'Avro'],
  ['ORC', followed('ORC'), 'ORC'],
  ['Arrow', followed('ARROW1\0\0'), 'Arrow'],
  ['a SQLite database', followed('SQLite format 3\0'), 'SQLite'],
  ['7z', followed('7z\xbc\xaf\x27\x1c'), '7z'],
  ['RAR', followed('Rar!\x1a\x07'), 'RAR'],
  ['xz', followed('\xfd7zXZ\0'), 'xz'],
  ['LZ4', followed('\x04\x22\x4d\x18'), 'LZ4'],
  ['a tar archive', Buffer.concat([Buffer.alloc(257), letters('ustar\x0000'), Buffer.alloc(300)]), 'tar'],
  ['a PNG image', followed('\x89PNG\r\n\x1a\n'), 'PNG'],
  ['a JPEG image', followed('\xff\xd8\xff\xe0'), 'JPEG'],
  ['a GIF image', followed('GIF89a'), 'GIF'],
  ['a Windows program', followed('MZ'), 'program'],
  ['a Linux program', followed('\x7fELF'), 'program'],
  [
    'PKCS #7',
    Buffer.concat([letters('0\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03'), randomBytes(100)]),
    'PKCS #7',
  ],
  [
    'UTF-32',
    Buffer.from(
      Array.from('\uFEFFid,name\n', (letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8, 0, 0]).flat(),
    ),
    'UTF-32',
  ],
  [
    'EBCDIC',
    Buffer.from([0xc9, 0xc4, 0x6b, 0xd5, 0xc1, 0xd4, 0xc5, 0x25, 0xf1, 0x6b, 0xc2, 0xc5, 0xd9, 0xd5, 0x25]),
    'EBCDIC',
  ],
];

describe('A file that is not a table', () => {
  it.each(foreign)('is refused by a load with its format and what to do: %s', async (_what, bytes, says) => {
    for (const size of [1, 7, 65_536])
      await expect(readDataset(bytes, {}, size)).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(says),
        hint: expect.stringMatching(/\.$/),
      });
  });

  it.each(foreign)('is refused by checks, by Get Rows, and as JSON Lines: %s', async (_what, bytes, says) => {
    const refusal = { code: 'invalid-input', message: expect.stringContaining(says) };
    const buffer = Buffer.from(bytes as string);
    await expect(evaluateRules(cut(buffer, 1000), { rules: ['rows >= 0'], now: 0 })).rejects.toMatchObject(refusal);
    await expect(readRows(cut(buffer, 1000), { first: 1, count: 10 })).rejects.toMatchObject(refusal);
    await expect(readDataset(bytes, { format: 'json-lines' })).rejects.toMatchObject(refusal);
  });
});

describe('A table that starts like another kind of file', () => {
  it.each([
    ['a column of URLs', 'url\nhttps://example.org/a?b=1,c\n'.replace(',c', ''), ['url']],
    ['names in angle brackets', '<id>,<name>\n1,x\n2,y\n', ['<id>', '<name>']],
    ['a column of fragments', 'html\n<p>one</p>\n<p>two</p>\n', ['html']],
    ['a percent sign', '%PDF,share\nA,1\n', ['%PDF', 'share']],
    ['a brace', '{id},name\n1,x\n', ['{id}', 'name']],
    ['PK', 'PK,name\n1,x\n', ['PK', 'name']],
    ['ORC', 'ORCID,name\n1,x\n', ['ORCID', 'name']],
    ['BM and Latin letters', 'BMW,Müller\n1,x\n', ['BMW', 'Müller']],
    ['MZ, GIF8, RIFF and BZh', 'MZ,GIF8,RIFF,BZh\n1,2,3,4\n', ['MZ', 'GIF8', 'RIFF', 'BZh']],
    ['PAR1', 'PAR1,PAR2\n1,2\n', ['PAR1', 'PAR2']],
    ['ID;P', 'ID;PRICE\nC;5\n', ['ID', 'PRICE'], ';'],
    ['a quoted tag', '"<html>"\n"x"\n', ['<html>']],
    ['a quoted brace', '"{""a"":1}"\n"x"\n', ['{"a":1}']],
    ['an error as a column', 'error,message\n1,x\n', ['error', 'message']],
    ['a column named Error', 'Error\nfirst\nsecond\n', ['Error']],
    ['a column named Status 404', 'not found\n1\n2\n', ['not found']],
    ['numbers beyond the header', 'a,b\n<,>\n', ['a', 'b']],
  ] as [string, string, string[], ';'?][])('is read: %s', async (_what, text, header, delimiter = ',' as never) => {
    const read = await readDataset(text, { delimiter });
    expect(read).toMatchObject({ header, rejects: [] });
    expect(read.rows.length).toBeGreaterThan(0);
  });
});

describe('A file with a wrong Delimiter or Skip Rows setting', () => {
  it.each([
    ['semicolons', 'a;b;c\n1;2;3\n4;5;6\n', 'Set Delimiter to Semicolon, or to Detect.'],
    ['tabs', 'a\tb\n1\t2\n', 'Set Delimiter to Tab, or to Detect.'],
    ['bars', 'a|b\n1|2\n', 'Set Delimiter to Pipe, or to Detect.'],
    ['semicolons and decimal commas', 'id;paid;x\n1;25;a\n2;375;b\n', 'Set Delimiter to Semicolon, or to Detect.'],
  ])('is refused with the delimiter to set: %s', async (_what, text, hint) => {
    await expect(readDataset(text, { delimiter: ',' })).rejects.toMatchObject({ code: 'invalid-file', hint });
  });

  it('is refused with the number of lines to skip when a title is above the header', async () => {
    const text = 'Report for November,,\n,,\na,b,c\n1,2,3\n';
    await expect(readDataset(text, { skipRows: 0 })).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('looks like a title'),
      hint: 'Set Skip Rows to 2, or leave it empty.',
    });
    await expect(readDataset('Report for November\n\na,b,c\n1,2,3\n4,5,6\n', { skipRows: 0 })).rejects.toMatchObject({
      hint: 'Set Skip Rows to 2, or leave it empty.',
    });
    for (const size of [1, 5, 1000])
      expect(await readDataset(text, { skipRows: 2 }, size)).toMatchObject({
        header: ['a', 'b', 'c'],
        rows: [['1', '2', '3']],
        lines: [4],
      });
  });

  it.each([
    ['one column with a semicolon in some rows', 'tags\na;b\nc\n', 2],
    ['one column of sentences', 'Notes\nfine; yes\nbad; no\n', 2],
    ['an index without a name', ',a,b\n0,x,y\n1,z,w\n', 2],
    ['a header with two names of three and rows of numbers', 'id,,x\n1,2,3\n', 1],
  ])('is distinguished from a valid file with %s', async (_what, text, rows) => {
    expect((await readDataset(text)).rows).toHaveLength(rows);
  });
});
