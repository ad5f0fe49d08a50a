import { namesOfPath } from '../../../../shared/src/datasets/json/json-path.ts';
import { randomFrom } from '../../random.ts';
import { readDataset } from '../read-dataset.ts';

const answer = `{"next": null, "meta": {"items": [1]}, "data": {"total": 2,
  "it\\u0065ms": [
    {"id": 12345678901234567890, "city": "Zürich"},
    {"id": 2, "note": "]}"}
  ], "after": "é"}, "ok": true}\n`;

describe('An array at a path of a JSON file', () => {
  it.each([1, 2, 7, 65_536])('has the rows, in pieces of %d bytes', async (size) => {
    expect(await readDataset(answer, { jsonPath: 'data.items' }, size)).toMatchObject({
      header: ['id', 'city', 'note'],
      rows: [
        ['12345678901234567890', 'Zürich', null],
        ['2', null, ']}'],
      ],
      lines: [3, 4],
      rejects: [],
    });
  });

  it('can start with $. and have escaped dots', () => {
    expect(namesOfPath('$.data.a\\.b')).toEqual(['data', 'a.b']);
    for (const path of ['', 'a..b', '.a', 'a.', 'rows[0]']) expect(() => namesOfPath(path)).toThrow('is not a path');
  });

  it('can be large, with many rows', async () => {
    const rows = Array.from({ length: 30_000 }, (_value, id) => `{"id":${id},"text":"row ${id}"}`);
    const dataset = await readDataset(`{"value":[${rows.join(',\n')}],"@odata.nextLink":"x"}`, { jsonPath: 'value' });
    expect(dataset.rows).toHaveLength(30_000);
    expect(dataset.rows.at(-1)).toEqual(['29999', 'row 29999']);
  });

  it.each([
    ['data.rows', '“data” has no field “rows”', 'It has “total”, “items”, “after”.'],
    ['items', 'the file has no field “items”', 'It has “next”, “meta”, “data”, “ok”.'],
    ['data.total', 'the value is not an array', 'Check Path to Rows.'],
    ['ok.items', '“ok” is not an object', 'Check Path to Rows.'],
  ])('is refused with the fields that the file has: %s', async (jsonPath, why, hint) => {
    await expect(readDataset(answer, { jsonPath })).rejects.toMatchObject({
      code: 'invalid-input',
      message: `The JSON file has no array at “${jsonPath}”: ${why}.`,
      hint: expect.stringContaining(hint),
    });
  });

  it.each([
    ['a file that is cut off', answer.slice(0, -20)],
    ['a file that is cut off in the rows', answer.slice(0, 150)],
    ['a file that is cut off before the rows', answer.slice(0, 60)],
    ['text after the end', `${answer}{"data":1}`],
    ['the same field twice', '{"data":{"items":[{"a":1}]},"data":{"items":[{"a":2}]}}'],
    ['malformed JSON before the rows', '{"x": nope, "data":{"items":[{"a":1}]}}'],
    ['malformed JSON after the rows', '{"data":{"items":[{"a":1}]},}'],
  ])('is refused for %s', async (_what, text) => {
    for (const size of [1, 65_536])
      await expect(readDataset(text, { jsonPath: 'data.items' }, size)).rejects.toMatchObject({ code: 'invalid-file' });
  });

  it('is refused where the file is no such JSON', async () => {
    await expect(readDataset('a,b\n1,2\n', { jsonPath: 'data' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: '“Path to Rows” is set, but the file is not JSON.',
    });
    await expect(readDataset('[{"a":1}]', { jsonPath: 'data' })).rejects.toMatchObject({
      message: '“Path to Rows” is set, but the file is a JSON array.',
    });
  });

  it('is named by the refusal of a single object', async () => {
    await expect(readDataset('{\n  "total": 1,\n  "items": [{"a": 1}]\n}\n')).rejects.toMatchObject({
      hint: 'Enter “items” under Path to Rows.',
    });
  });

  it('is found in random JSON as JSON.parse finds it', async () => {
    const random = randomFrom(20_261_129);
    const whole = (below: number): number => Math.floor(random() * below);
    const value = (depth: number): unknown => {
      const kind = whole(depth > 2 ? 4 : 6);
      if (kind === 0) return whole(1_000_000) / 100;
      if (kind === 1) return ['', '"', '\\', '}]', ',', 'é😀', '\n', 'items'][whole(8)];
      if (kind === 2) return null;
      if (kind === 3) return whole(2) === 1;
      if (kind === 4) return Array.from({ length: whole(4) }, () => value(depth + 1));
      return Object.fromEntries(
        Array.from({ length: whole(4) }, () => [['items', 'a"b', 'data', 'x'][whole(4)], value(depth + 1)]),
      );
    };
    for (let time = 0; time < 200; time += 1) {
      const rows = Array.from({ length: 1 + whole(5) }, (_value, id) => ({ id, text: JSON.stringify(value(1)) }));
      const data = Object.fromEntries([
        ...Array.from({ length: whole(3) }, (_value, index) => [`before${index}`, value(0)]),
        ['items', rows],
        ...Array.from({ length: whole(3) }, (_value, index) => [`after${index}`, value(0)]),
      ]);
      const text = JSON.stringify({ first: value(0), data, last: value(0) }, undefined, whole(3));
      const dataset = await readDataset(text, { jsonPath: 'data.items' }, 1 + whole(200));
      expect(dataset.rows).toEqual(rows.map((row) => [String(row.id), row.text]));
    }
  });
});

describe('What surrounds the rows at a path', () => {
  const mebibytes = (count: number): string => 'x'.repeat(count * 1024 * 1024);

  it('can be large, and is read in time that grows with its size', async () => {
    const text = `{"before":"${mebibytes(15)}","data":[{"a":1}],"after":"${mebibytes(15)}"}`;
    expect((await readDataset(text, { jsonPath: 'data' }, 1_024)).rows).toEqual([['1']]);
  });

  it.each([
    ['before', `{"before":"${mebibytes(17)}","data":[{"a":1}]}`],
    ['after', `{"data":[{"a":1}],"after":"${mebibytes(17)}"}`],
  ])('is refused if it does not fit into memory: %s', async (where, text) => {
    await expect(readDataset(text, { jsonPath: 'data' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: `The JSON file has more than 16 MB ${where} the rows at “data”.`,
    });
  });
});

describe('JSON objects one after the other', () => {
  it.each([
    ['over several lines', '{\n  "a": 1,\n  "b": "}{"\n}\n{\n  "a": 2\n}\n', [1, 5]],
    ['on one line', '{"a":1,"b":"}{"}{"a":2}', [1, 1]],
    ['with a space between them', '{"a":1,"b":"}{"} {"a":2}\n', [1, 1]],
    ['with a carriage return between them', '{"a":1,"b":"}{"}\r{"a":2}\r', [1, 1]],
  ])('are rows: %s', async (_what, text, lines) => {
    for (const size of [1, 5, 65_536])
      expect(await readDataset(text, {}, size)).toMatchObject({
        header: ['a', 'b'],
        rows: [
          ['1', '}{'],
          ['2', null],
        ],
        lines,
        rejects: [],
      });
  });

  it('are refused if the last one is cut off or something else is between them', async () => {
    await expect(readDataset('{\n"a":1}\n{\n"a":2}\n{"a"')).rejects.toMatchObject({ code: 'invalid-file' });
    await expect(readDataset('{\n"a":1}\n{\n"a":2},\n{"a":3}')).rejects.toMatchObject({ code: 'invalid-file' });
  });
});

describe('Nested objects of JSON', () => {
  const text = [
    '{"id":1,"address":{"city":"Bonn","geo":{"lat":50.730000}},"tags":["a"]}',
    '{"id":2,"address":null}',
    '{"id":3,"address":{"geo":null,"city":"Köln"}}',
  ].join('\n');

  it('are JSON text', async () => {
    expect((await readDataset(text)).rows[0]).toEqual(['1', '{"city":"Bonn","geo":{"lat":50.730000}}', '["a"]']);
  });

  it('become columns by choice', async () => {
    expect(await readDataset(text, { flatten: true })).toMatchObject({
      header: ['id', 'address.city', 'address.geo.lat', 'tags'],
      rows: [
        ['1', 'Bonn', '50.730000', '["a"]'],
        ['2', null, null, null],
        ['3', 'Köln', null, null],
      ],
      rejects: [],
    });
  });

  it('have columns of their own, also if a name with a dot looks the same', async () => {
    const text = '{"a":{"b":1}}\n{"a.b":2}\n{"a.b":3,"a":{"b":4}}\n{"a":"text"}\n{"a.b":5,"a":null}';
    expect(await readDataset(text, { flatten: true })).toMatchObject({
      header: ['a.b', 'a.b_2', 'a'],
      rows: [
        ['1', null, null],
        [null, '2', null],
        ['4', '3', null],
        [null, null, 'text'],
        [null, '5', null],
      ],
      rejects: [],
    });
    const { rows } = await readDataset('{"a.b":1,"a":null}\n{"a.b":2,"a":3}', { flatten: true });
    expect(rows).toEqual([
      ['1', null],
      ['2', '3'],
    ]);
  });

  it('that repeat a field reject their row, with its name as in the header', async () => {
    const { rejects } = await readDataset('{"a":{"b":1}}\n{"a":{"b":1,"b":2}}\n{"a":{"c":1}}', { flatten: true });
    expect(rejects).toMatchObject([{ line: 2, reason: 'has the field “b” twice' }]);
  });
});
