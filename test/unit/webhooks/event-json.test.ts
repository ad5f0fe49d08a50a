import { parseEventJson } from '../../../shared/src/webhooks/event-json.ts';
import { seedOf } from '../../support/seed.ts';
import { randomFrom } from '../random.ts';

const parse = (text: string) => parseEventJson(Buffer.from(text));
const value = (text: string): unknown => (parse(`{"value":${text}}`) as { body: { value: unknown } }).body.value;

/** The decimal that a JSON number or its text represents, as an integer and a power of ten; computed independently of the code under test. */
function exactly(text: string): [BigInt: bigint, exponent: bigint] {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = BigInt(`${whole}${fraction}`.replace('-', ''));
  let power = BigInt(exponent) - BigInt(fraction.length);
  if (digits === 0n) return [0n, 0n];
  while (digits % 10n === 0n) {
    digits /= 10n;
    power += 1n;
  }
  return [text.startsWith('-') ? -digits : digits, power];
}

describe('parseEventJson', () => {
  it.each([
    ['0', 0],
    ['-7', -7],
    ['1.50', 1.5],
    ['0.1', 0.1],
    ['1e5', 100_000],
    ['1E+2', 100],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0.12345678901234568', 0.12345678901234568],
    ['1.7976931348623157e308', 1.7976931348623157e308],
    ['5e-324', 5e-324],
    ['0e999', 0],
  ])('keeps the number %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890123',
    '9007199254740993.5',
    '9007199254740993e0',
    '0.1234567890123456789',
    '0.10000000000000000001',
    '3.141592653589793238462643',
    '1e400',
    '-1e400',
    '1e-400',
    '123456789012345678e3',
    `0.${'0'.repeat(400)}1`,
    `1${'0'.repeat(2_000)}e-2000`,
  ])('converts the number %s, which would lose precision, to a string', (text) => {
    expect(value(text)).toBe(text);
    expect(parse(`[${text},{"a":[${text}]},"${text}"]`)).toEqual({ body: [text, { a: [text] }, text] });
  });

  it('keeps a string that looks like a number', () => {
    const body = {
      a: '9007199254740993',
      b: 'x:9007199254740993,1e400',
      c: '"9007199254740993',
      'd:1e400': '\\',
      e: '{"a":1,"a":2}',
    };
    expect(parse(JSON.stringify(body, null, 2))).toEqual({ body });
  });

  it('parses every number exactly or as its source text', () => {
    const random = randomFrom(seedOf('parseEventJson'));
    const digits = (maxLength: number): string =>
      Array.from({ length: 1 + Math.floor(random() * maxLength) }, () => Math.floor(random() * 10)).join('');
    const whole = (): string => digits(22).replace(/^0+(?=\d)/, '');
    const numbers = Array.from(
      { length: 20_000 },
      () =>
        `${random() < 0.3 ? '-' : ''}${whole()}${random() < 0.5 ? `.${digits(22)}` : ''}${random() < 0.3 ? `e${random() < 0.5 ? '-' : ''}${digits(3)}` : ''}`,
    );
    const wrong: string[] = [];
    let kept = 0;
    for (let from = 0; from < numbers.length; from += 1_000) {
      const some = numbers.slice(from, from + 1_000);
      const { body } = parse(`[${some.join(', ')}]`) as { body: unknown[] };
      body.forEach((one, at) => {
        const text = some[at] as string;
        if (typeof one === 'number') kept += 1;
        const isRight = typeof one === 'string' ? one === text : String(exactly(String(one))) === String(exactly(text));
        if (!isRight) wrong.push(text);
      });
    }
    expect(wrong).toEqual([]);
    expect(kept).toBeGreaterThan(numbers.length / 10);
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '[{"a":{"b":1,"c":2,"b":1}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"a" : 1 , "a" : 1}',
    '{"1":1,"1":2}',
  ])('rejects the duplicate key in %s', (text) => {
    expect(parse(text)).toBe('duplicate-keys');
  });

  it('accepts the same key in different objects, and keys with JSON syntax in them', () => {
    for (const body of [
      { a: { a: { a: 1 } }, b: [{ a: 1 }, { a: 1 }] },
      { 'a:b': 1, '"': 2, '\\': 3, '{': 4, '\\"': 5 },
    ])
      expect(parse(JSON.stringify(body))).toEqual({ body });
  });

  it('keeps __proto__ and constructor as plain keys', () => {
    const { body } = parse(
      '{"__proto__":{"polluted":9007199254740993},"constructor":{"prototype":{"polluted":true}}}',
    ) as { body: object };
    expect(Object.keys(body)).toEqual(['__proto__', 'constructor']);
    expect(JSON.stringify(body)).toBe(
      '{"__proto__":{"polluted":"9007199254740993"},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('ignores a leading byte order mark and rejects one elsewhere', () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ body: { a: 1 } });
    expect(parse('\ufeff\ufeff{"a":1}')).toBe('not-json');
    expect(parse('\ufeff')).toBe('not-json');
  });

  it('rejects bytes that are not UTF-8', () => {
    expect(parseEventJson(Buffer.from('{"a":"Größe"}', 'latin1'))).toBe('not-utf8');
    expect(parseEventJson(Buffer.from('\ufeff{"a":1}', 'utf16le'))).toBe('not-utf8');
    expect(parse('{"a":"\ufffd"}')).toEqual({ body: { a: '\ufffd' } });
    expect(parse('{"a":"Größe 🚀 \\ud800"}')).toEqual({ body: { a: 'Größe 🚀 \ud800' } });
  });

  it.each([
    '',
    ' ',
    'null',
    '1',
    '"text"',
    '{',
    '{"a":01234567890123456}',
    '{"a":1,}',
    '{"a":1}}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":\u00a01}',
  ])('rejects %j, which is not a JSON object or array', (text) => {
    expect(parse(text)).toBe('not-json');
  });

  it('rejects deep nesting and too many values without throwing', () => {
    expect(parse(`${'['.repeat(64)}${']'.repeat(64)}`)).toMatchObject({ body: expect.anything() });
    for (const depth of [70, 5_000, 400_000]) {
      expect(parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)).toBe('too-complex');
      expect(parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)).toBe('too-complex');
    }
    expect(parse(`[${'1,'.repeat(30_000)}1]`)).toBe('too-complex');
  });
});
