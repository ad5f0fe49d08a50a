import { TypeInference } from '../../../../shared/src/datasets/types/infer-types.ts';
import { readRows } from '../../../../shared/src/datasets/rows/read-rows.ts';
import { DatasetScanner } from '../../../../shared/src/datasets/formats/dataset-scanner.ts';
import { cut, readDataset } from '../read-dataset.ts';

const read = (text: string, size = 1000) => readDataset(text, { format: 'json-lines' }, size);

describe('JSON Lines', () => {
  it.each([1, 2, 5, 1000])('have the fields of the first lines as columns, in pieces of %d bytes', async (size) => {
    const text = '{"policy":"P-1","paid":12.50}\r\n\n{"policy":"P-2","city":"Zürich 🏭"}\n{"paid":null,"policy":""}';
    expect(await read(text, size)).toMatchObject({
      header: ['policy', 'paid', 'city'],
      rows: [
        ['P-1', '12.50', null],
        ['P-2', null, 'Zürich 🏭'],
        ['', null, null],
      ],
      lines: [1, 3, 4],
    });
  });

  it('keep every digit of a number, distinguish empty text from NULL, and keep nested values as JSON', async () => {
    const { csv } = await read(
      '{"id":12345678901234567890,"paid":0.1000,"big":1e400,"zero":-0,"text":"","none":null,"deep":{"a": [1.50, "x\\u00e9"]},"yes":true}\n',
    );
    expect(csv).toBe(
      '12345678901234567890,0.1000,1e400,-0,"","","{""a"":[1.50,""x\\u00e9""]}",true\n'.replace('"","",', '"",,'),
    );
  });

  it('are typed by JSON: strings are always text', async () => {
    const scanner = new DatasetScanner({ format: 'json-lines' }, () => undefined);
    const block = scanner.end(
      Buffer.from(
        '{"zip":"0815","n":"1.50","flag":"true","day":"2026-01-01","paid":12.5,"ok":true,"count":3,"mixed":1}\n{"zip":"9000","paid":7,"mixed":"x"}\n',
      ),
    );
    const inference = new TypeInference(scanner.header ?? [], {}, {}, true, scanner.quotedIsText);
    inference.add(block);
    expect(inference.columns().map(({ name, type }) => [name, type])).toEqual([
      ['zip', 'text'],
      ['n', 'text'],
      ['flag', 'text'],
      ['day', 'text'],
      ['paid', 'decimal'],
      ['ok', 'boolean'],
      ['count', 'integer'],
      ['mixed', 'text'],
    ]);
    expect(
      (
        await readRows(cut(Buffer.from('{"zip":"0815","n":"","c":1}\n'), 100), {
          first: 1,
          count: 1,
          format: 'json-lines',
        })
      ).rows,
    ).toEqual([{ zip: '0815', n: '', c: 1 }]);
  });

  it('keep commas, quotation marks, line ends and escapes in text', async () => {
    expect((await read(String.raw`{"a":"x,\"y\"\nz\u0041\ud83c\udfed\/\t"}`.replaceAll('\\\\', '\\'), 3)).rows).toEqual(
      [['x,"y"\nzA🏭/\t']],
    );
  });

  it('treat the names of built-in properties as ordinary names', async () => {
    expect(await read('{"__proto__":1,"constructor":2}')).toMatchObject({
      header: ['__proto__', 'constructor'],
      rows: [['1', '2']],
    });
  });

  it.each([
    ['a line that is not JSON', '{"a":', 'is not JSON'],
    ['NaN', '{"a":NaN}', 'is not JSON'],
    ['a leading zero', '{"a":01}', 'is not JSON'],
    ['a trailing comma', '{"a":1,}', 'is not JSON'],
    ['single quotation marks', "{'a':1}", 'is not JSON'],
    ['an array', '[1]', 'is not an object'],
    ['a number', '1', 'is not an object'],
    ['a string', '"x"', 'is not an object'],
    ['null', 'null', 'is not an object'],
    ['two objects', '{"a":1}{"a":2}', 'has several objects'],
    ['text after the object', '{"a":1} x', 'has text after the object'],
    ['a name twice', '{"a":1,"a":2}', 'has the field “a” twice'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}', 'has the field “a” twice'],
    ['a nested name twice', '{"a":{"b":[{"c":1,"c":2}]}}', 'has the field “c” twice'],
    ['half of a surrogate pair', '{"a":"x\\ud800y"}', 'surrogate'],
    ['half of a surrogate pair in a name', '{"\\udc00":1}', 'surrogate'],
    ['half of a surrogate pair below', '{"a":["\\ud800"]}', 'surrogate'],
    ['a zero character', '{"a":"\\u0000"}', 'zero character'],
    ['a control character', '{"a":"x\ty"}', 'control character'],
    ['too many levels', `{"a":${'['.repeat(600)}${']'.repeat(600)}}`, 'levels'],
  ])('reject %s by line, and read the other lines', async (_what, line, reason) => {
    for (const size of [1, 1000]) {
      const { rows, rejects } = await read(`{"a":"one\\ntwo"}\n\n${line}\n{"a":"y"}\n`, size);
      expect(rows).toEqual([['one\ntwo'], ['y']]);
      expect(rejects).toMatchObject([{ line: 3, reason: expect.stringContaining(reason), text: line.slice(0, 1000) }]);
    }
  });

  it('reject a field that none of the first thousand lines have', async () => {
    const { rows, rejects } = await read(`${'{"a":1}\n'.repeat(1_200)}{"b":1}\n{"a":2}\n`);
    expect(rows).toHaveLength(1_201);
    expect(rejects).toMatchObject([{ line: 1_201, reason: expect.stringContaining('the field “b”') }]);
  });

  it('are refused when no line is an object', async () => {
    await expect(read('1\n2\n')).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('line 1 is not an object'),
    });
  });
});

describe('A single JSON object in one line', () => {
  const large = `{"type":"FeatureCollection","features":[{"text":"${'x'.repeat(40_000)}"}]}`;

  it.each([
    ['short', '{"type":"x","features":[]}'],
    ['longer than the sample that tells the format', large],
    ['followed by a line end', `${large}\n`],
  ])('that is %s is refused with the name of its array', async (_what, text) => {
    for (const size of [1_000, 100_000])
      await expect(readDataset(text, {}, size)).rejects.toMatchObject({
        code: 'invalid-input',
        message: 'The file is a single JSON object, not a table. It contains the array “features”.',
        hint: expect.stringContaining('Enter “features” under Path to Rows.'),
      });
  });

  it('is refused with the paths of its arrays of objects, also those beyond the sample', async () => {
    const filler = `"note":"${'x'.repeat(200)}",`;
    const long = `[{"a":"${'y'.repeat(40_000)}"}]`;
    for (const [text, named] of [
      [`{${filler}"bbox":[1,2],"features":${long}}`, '“features”'],
      [`{\n${filler}\n"data":{"count":2,"items":[\n{"a":1}\n]},\n"rows":${long}\n}`, '“data.items”, “rows”'],
      [`{\n"a.b":${long}}`, '“a\\.b”'],
    ] as const) {
      const refused = await readDataset(text).catch((error: unknown) => error);
      expect(refused).toMatchObject({ message: expect.stringContaining(`${named}.`) });
    }
    await expect(readDataset('{"bbox":[1,2],"n":{"m":{"o":{"too":[{}]}}}}')).rejects.toMatchObject({
      message: 'The file is a single JSON object, not a table.',
      hint: expect.stringContaining('If it contains an array of objects'),
    });
  });

  it.each([
    ['empty arrays beside one with objects', '{"errors":[],"data":{"x":{"items":[{"a":1}]}}}', '“data.x.items”'],
    ['a name that occurs twice', '{"a":[{}],"a":[{}]}', '“a”'],
    ['names that cannot be entered', '{"":[{}],"x.":[{}],"y[0]":[{}],"b":[{}]}', '“b”'],
    ['a name of 50,000 characters', `{"${'n'.repeat(50_000)}":[{}],"b":[{}]}`, '“b”'],
    ['200,000 arrays', `{"d":{${Array.from({ length: 200_000 }, (_v, at) => `"a${at}":[{}]`).join()}}}`, '“d.a0”, '],
  ])('is refused with names that can be entered: %s', async (_what, text, named) => {
    const refused: unknown = await readDataset(text).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(named) });
    expect((refused as Error).message.length).toBeLessThan(400);
  });

  it('is one row if JSON Lines was chosen', async () => {
    const { header, rows } = await readDataset(large, { format: 'json-lines' });
    expect(header).toEqual(['type', 'features']);
    expect(rows).toHaveLength(1);
  });

  it('is refused if its elements are in lines of their own, wherever its first line ends', async () => {
    for (const before of ['x', 'x'.repeat(40_000)])
      for (const line of [',"rows":[\n', '\r\n,"rows":['])
        await expect(
          readDataset(`{"before":"${before}"${line}{"a":1},\n{"a":2}\n]}\n${' '.repeat(20_000)}`, {}, 20_000),
        ).rejects.toMatchObject({ message: expect.stringContaining('single JSON object that spans several lines') });
  });

  it('is not what lines of long objects are', async () => {
    const { rows, rejects } = await readDataset(`${large}\n${large}\n`);
    expect(rows).toHaveLength(2);
    expect(rejects).toEqual([]);
  });
});

describe('JSON whose values are no objects', () => {
  it.each([
    ['an array of arrays', '[["id","name"],[1,"x"]]'],
    ['an array of arrays over several lines', '[\n  [1],\n  [2]\n]\n'],
    ['a long array of numbers', `[${'1,'.repeat(20_000)}1]`],
    ['a long array of texts', `["${'x'.repeat(40_000)}"]`],
    ['an array of texts', '["a", "b"]'],
  ])('is refused: %s', async (_what, text) => {
    await expect(readDataset(text)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The file is JSON, but its array contains no objects, so the columns have no names.',
    });
  });

  it.each([
    ['an array that is no JSON', '[\n{"a":1},,\n{"a":2}]'],
    ['lines of arrays', '[1,2]\n[3,4]\n'],
    ['an object that is no JSON', '{\n  a: 1\n}\n'],
  ])('is not read as CSV: %s', async (_what, text) => {
    await expect(readDataset(text)).rejects.toMatchObject({ code: expect.stringMatching(/^invalid-/) });
  });

  it.each([
    ['intervals', '[0, 10),5\n[10, 20),7\n'],
    ['names in brackets', '[id],[name]\n1,x\n'],
    ['numbers in brackets', '[1];5\n[2];7\n'],
  ])('is not what CSV with %s is', async (_what, text) => {
    const { rows } = await readDataset(`${text}${text.split('\n')[1]}\n`.repeat(3_000));
    expect(rows.length).toBeGreaterThan(1_000);
  });
});

describe('A JSON array of objects', () => {
  const text = '\uFEFF[ {"a":1,"b":"x, ]}"},\n\n  {"a":2,\n "b":{"c":[1,\n2]}} ]\n';

  it.each([1, 2, 7, 1000])('is detected and read, in pieces of %d bytes', async (size) => {
    expect(await readDataset(text, {}, size)).toMatchObject({
      header: ['a', 'b'],
      rows: [
        ['1', 'x, ]}'],
        ['2', '{"c":[1,2]}'],
      ],
      lines: [1, 3],
      rejects: [],
    });
  });

  it.each([
    ['cut short', '[{"a":1},{"a":', 'ends before the array is closed'],
    ['without its end', '[{"a":1}', 'ends before the array is closed'],
    ['with a trailing comma', '[{"a":1},]', 'a comma without an element'],
    ['with text after it', '[{"a":1}] x', 'text after the end of the array'],
    ['without a comma', '[{"a":1} {"a":2}]', 'line 1'],
  ])('is refused %s', async (_what, wrong, reason) => {
    await expect(
      readDataset(wrong).then(({ rejects }) => {
        throw Object.assign(new Error(rejects.map(({ line, reason: why }) => `line ${line} ${why}`).join()), {
          code: 'invalid-file',
        });
      }),
    ).rejects.toMatchObject({ code: 'invalid-file', message: expect.stringContaining(reason) });
  });
});
