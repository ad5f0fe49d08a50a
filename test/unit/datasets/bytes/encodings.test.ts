import { evaluateRules } from '../../../../shared/src/datasets/check/evaluate-rules.ts';
import { encodings, isSingleByte, type Encoding } from '../../../../shared/src/datasets/bytes/encodings.ts';
import { findInvalidUtf8 } from '../../../../shared/src/datasets/bytes/utf8.ts';
import { readRows } from '../../../../shared/src/datasets/rows/read-rows.ts';
import { seedOf } from '../../../support/seed.ts';
import { seededRandom } from '../../../support/claims-file.ts';
import { cut, readDataset } from '../read-dataset.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('Bytes that are not UTF-8', () => {
  it.each([
    [
      'in the header',
      latin1('name,Gr\xf6\xdfe\nMueller,180\n'),
      {},
      'Line 1 is not UTF-8. A value in it could be “Größe” in Windows-1252',
    ],
    [
      'in a value',
      latin1('id,name\n1,x\n2,M\xfcller\n'),
      {},
      'Line 3 is not UTF-8. A value in it could be “Müller” in Windows-1252',
    ],
    ['in a quoted value over lines', latin1('id,name\n1,"x\ny\nM\xfcller"\n'), {}, 'Line 4 is not UTF-8.'],
    ['in a row that is rejected', latin1('id,name\n1,x,M\xfcller\n'), {}, 'Line 2 is not UTF-8.'],
    [
      'in a JSON value',
      latin1('{"n":1}\n\n{"n":2,"name":"M\xfcller"}\n'),
      { format: 'json-lines' },
      'Line 3 is not UTF-8. A value in it could be “Müller” in Windows-1252',
    ],
    ['in a JSON key', latin1('{"gr\xf6\xdfe":1}\n'), { format: 'json-lines' }, 'Line 1 is not UTF-8.'],
    [
      'in Shift JIS',
      Buffer.from([...Buffer.from('id,b\n1,'), 0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea, 0x0a]),
      {},
      '“日本語” in Shift JIS',
    ],
    [
      'in ISO-8859-2',
      Buffer.from([...Buffer.from('id,b\n1,'), 0xa3, 0xf3, 0x64, 0xbc, 0x0a]),
      {},
      '“Łódź” in ISO-8859-2',
    ],
    [
      'in Windows-1251',
      Buffer.from([...Buffer.from('id,b\n1,'), 0xcc, 0xee, 0xf1, 0xea, 0xe2, 0xe0, 0x0a]),
      {},
      '“Москва” in Windows-1251',
    ],
    ['cut at the end of the file', Buffer.from('id,b\n1,ü').subarray(0, -1), {}, 'Line 2 is not UTF-8.'],
    ['as overlong form', Buffer.from([...Buffer.from('id,b\n1,'), 0xc0, 0xaf, 0x0a]), {}, 'Line 2 is not UTF-8.'],
    ['as surrogates', Buffer.from([...Buffer.from('id,b\n1,'), 0xed, 0xa0, 0x80, 0x0a]), {}, 'Line 2 is not UTF-8.'],
  ] as [string, Buffer, { format?: 'json-lines' }, string][])(
    'are refused by loads, checks and Get Rows, with line and likely encodings: %s',
    async (_where, bytes, options, message) => {
      const refusal = {
        code: 'invalid-file',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('Encoding'),
      };
      for (const size of [1, 3, 1000]) await expect(readDataset(bytes, options, size)).rejects.toMatchObject(refusal);
      await expect(evaluateRules(cut(bytes, 1000), { rules: ['rows >= 0'], now: 0, ...options })).rejects.toMatchObject(
        refusal,
      );
      await expect(readRows(cut(bytes, 1000), { first: 1, count: 10, ...options })).rejects.toMatchObject(refusal);
    },
  );

  it('are found exactly where TextDecoder rejects them', () => {
    const seed = seedOf('UTF-8');
    const random = seededRandom(seed);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const wrong: number[][] = [];
    for (let round = 0; round < 50_000; round += 1) {
      const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
        random() < 0.7 ? 0x80 + Math.floor(random() * 128) : Math.floor(random() * 256),
      );
      let isValid = true;
      try {
        decoder.decode(bytes);
      } catch {
        isValid = false;
      }
      if (findInvalidUtf8(bytes, 0, bytes.length) < 0 !== isValid) wrong.push([...bytes]);
    }
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
  });
});

describe('Invalid UTF-8', () => {
  it('is found at its place in texts of any length, wherever they begin and end', () => {
    const seed = seedOf('long UTF-8');
    const random = seededRandom(seed);
    const whole = (below: number): number => Math.floor(random() * below);
    const parts = ['plain text ', 'a', 'é', '語', '😀', 'x'.repeat(40)].map((part) => Buffer.from(part));
    for (let round = 0; round < 3_000; round += 1) {
      const texts = Array.from({ length: whole(120) }, () => parts[whole(round % 2 ? 2 : parts.length)] as Buffer);
      const [before, after] = [Buffer.concat(texts), Buffer.concat(texts.slice(whole(60)))];
      // The bytes around the text and the alignment of its memory do not matter.
      const start = whole(8);
      const bytes = Buffer.concat([
        Buffer.alloc(8 + start, 0xff),
        before,
        Buffer.of(0x80 + whole(64)),
        after,
        Buffer.of(0xff),
      ]).subarray(8);
      const place = start + before.length;
      expect({ seed, round, valid: findInvalidUtf8(bytes, start, place) }).toEqual({ seed, round, valid: -1 });
      expect({ seed, round, at: findInvalidUtf8(bytes, start, bytes.length - 1) }).toEqual({ seed, round, at: place });
    }
  });
});

describe('A supported encoding', () => {
  const texts: Partial<Record<Encoding, [bytes: number[], text: string]>> = {
    'windows-1252': [[0x80, 0xe9, 0x9c], '€éœ'],
    'windows-1250': [[0xa3, 0xf3, 0x9f], 'Łóź'],
    'windows-1251': [[0xcc, 0xee, 0xf1], 'Мос'],
    'iso-8859-2': [[0xa3, 0xf3, 0xbc], 'Łóź'],
    'iso-8859-15': [[0xa4], '€'],
    'koi8-r': [[0xed, 0xcf], 'Мо'],
    macintosh: [[0x8a], 'ä'],
    ibm866: [[0x8c], 'М'],
    shift_jis: [[0x93, 0xfa, 0x96, 0x7b], '日本'],
    'euc-jp': [[0xc6, 0xfc], '日'],
    gb18030: [[0xd6, 0xd0, 0x81, 0x30, 0x89, 0x38], '中ß'],
    big5: [[0xa4, 0xa4], '中'],
    'euc-kr': [[0xc7, 0xd1], '한'],
  };

  it.each(Object.entries(texts))('%s is decoded however the file is split', async (encoding, [bytes, text]) => {
    const file = Buffer.from([...Buffer.from('id,b\n1,'), ...bytes, ...Buffer.from('\n2,x\n')]);
    for (const size of [1, 2, 3, 1000])
      expect((await readDataset(file, { encoding: encoding as Encoding }, size)).rows).toEqual([
        ['1', text],
        ['2', 'x'],
      ]);
  });

  it('is supported by the Node version in use', () => {
    for (const encoding of encodings.filter((one) => one !== 'auto'))
      expect(() => new TextDecoder(encoding, { fatal: true })).not.toThrow();
  });

  it.each(encodings.filter(isSingleByte))('%s rejects unassigned bytes with their line', async (encoding) => {
    const table = new TextDecoder(encoding);
    const wrong = Array.from({ length: 128 }, (_value, index) => 128 + index).filter((byte) =>
      /[\u0080-\u009f\ufffd]/.test(table.decode(Uint8Array.of(byte))),
    );
    for (const byte of wrong)
      await expect(
        readDataset(Buffer.from([...Buffer.from('id,b\n1,x\n2,'), byte, 0x0a]), { encoding }),
      ).rejects.toMatchObject({ code: 'invalid-file', message: expect.stringContaining('Line 3 cannot be read as') });
  });

  it('UTF-16 rejects half of a surrogate pair with its line', async () => {
    await expect(readDataset(Buffer.from('\uFEFFid,b\n1,x\n2,\ud800y\n', 'utf16le'))).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('Line 3 cannot be read as UTF-16'),
    });
  });
});
