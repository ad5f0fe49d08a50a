import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { zipSync } from 'fflate';
import { leafTypeOf } from '../../../../shared/src/datasets/parquet/leaf-type.ts';
import { PageMemory } from '../../../../shared/src/datasets/parquet/leaf-cursor.ts';
import { decompressPage } from '../../../../shared/src/datasets/parquet/page-bytes.ts';
import { PageValues, readValues } from '../../../../shared/src/datasets/parquet/page-values.ts';
import { evaluateRules } from '../../../../shared/src/datasets/check/evaluate-rules.ts';
import { previewRows } from '../../../../shared/src/datasets/rows/preview-rows.ts';
import { readRows } from '../../../../shared/src/datasets/rows/read-rows.ts';
import { PipewrightError } from '../../../../shared/src/host/error.ts';
import { randomFrom } from '../../random.ts';
import { cut, readDataset } from '../read-dataset.ts';
import { DuckDb } from './duckdb.ts';

const duckdb = new DuckDb();
let claims: Buffer;

beforeAll(async () => {
  await duckdb.open();
  claims = await duckdb.write("SELECT * FROM (VALUES (1, '007', 12.50), (2, 'a\"b', NULL)) claims(id, policy, paid)");
});
afterAll(() => duckdb.close());

describe('A Parquet file', () => {
  it('is recognized by its first bytes, also inside ZIP and gzip', async () => {
    const expected = {
      header: ['id', 'policy', 'paid'],
      rows: [
        ['1', '007', '12.50'],
        ['2', 'a"b', null],
      ],
      lines: [1, 2],
    };
    expect(await readDataset(claims)).toMatchObject(expected);
    expect(await readDataset(gzipSync(claims))).toMatchObject(expected);
    expect(await readDataset(zipSync({ 'claims.parquet': claims, 'read me.md': claims }))).toMatchObject(expected);
  });

  it('is not a text that starts with the same letters', async () => {
    expect((await readDataset('PAR1,b\n1,2\n')).rows).toEqual([['1', '2']]);
  });

  it('states the types of its columns, also without a value', async () => {
    const file = await duckdb.write(
      `SELECT NULL::BIGINT a, NULL::UBIGINT b, NULL::DECIMAL(12, 3) c, NULL::BOOLEAN d, NULL::DATE e, NULL::TIMESTAMP f,
         NULL::TIMESTAMPTZ g, NULL::UUID h, NULL::DOUBLE i, NULL::VARCHAR j, NULL::INTEGER[] k, NULL::TIMESTAMP_NS l`,
    );
    const { columns, complete, detected } = await previewRows(cut(file, 100));
    expect(
      columns.map(({ type, precision, scale }) => [type, ...(precision ? [precision, scale] : [])].join(' ')),
    ).toEqual([
      'integer',
      'decimal 20 0',
      'decimal 12 3',
      'boolean',
      'date',
      'timestamp',
      'timestamp-with-zone',
      'uuid',
      'decimal',
      'text',
      'text',
      'timestamp',
    ]);
    expect([complete, detected]).toEqual([true, { format: 'Parquet' }]);
  });

  it('without rows has columns', async () => {
    expect(await readDataset(await duckdb.write('SELECT 1 AS a WHERE false'))).toMatchObject({
      header: ['a'],
      rows: [],
    });
  });

  it('has integers that Get Rows returns as text where a number is not exact', async () => {
    const file = await duckdb.write('SELECT 9007199254740993::BIGINT a, 5::BIGINT b UNION ALL SELECT 1, 6 ORDER BY b');
    expect((await readRows(cut(file, 100), { first: 1, count: 10 })).rows).toEqual([
      { a: '9007199254740993', b: 5 },
      { a: '1', b: 6 },
    ]);
  });

  it('with nanoseconds has timestamps as long as their digits can be stored, and text otherwise', async () => {
    const typesOf = async (value: string): Promise<string[]> => {
      const file = await duckdb.write(`SELECT TIMESTAMP_NS '${value}' AS a`);
      return (await previewRows(cut(file, 1_000))).columns.map(({ type }) => type);
    };
    expect(await typesOf('2026-11-20 08:30:00.123456')).toEqual(['timestamp']);
    expect(await typesOf('2026-11-20 08:30:00.123456789')).toEqual(['text']);
  });

  it('is checked by rules', async () => {
    const result = await evaluateRules(cut(claims, 50), { rules: ['id is unique', 'paid is not empty'], now: 0 });
    expect(result.results.map(({ passed, message }) => [passed, message])).toEqual([
      [true, ''],
      [false, expect.stringContaining('Row 2')],
    ]);
  });
});

describe('A nested value of a Parquet file', () => {
  it('becomes columns by choice, while lists and maps stay JSON', async () => {
    const file = await duckdb.write(
      `SELECT 1 AS id, {city: 'Bonn', geo: {lat: 50.73, tags: ['a', NULL]}} AS address, MAP {'k': 1} AS m, 7 AS "address.city"
       UNION ALL SELECT 2, NULL, NULL, 8 UNION ALL SELECT 3, {city: NULL, geo: {lat: NULL, tags: []}}, MAP {}, 9 ORDER BY id`,
    );
    expect(await readDataset(file, { flatten: true })).toMatchObject({
      header: ['id', 'address.city', 'address.geo.lat', 'address.geo.tags', 'm', 'address.city_2'],
      rows: [
        ['1', 'Bonn', '50.73', '["a",null]', '{"k":1}', '7'],
        ['2', null, null, null, null, '8'],
        ['3', null, null, '[]', '{}', '9'],
      ],
    });
    expect((await previewRows(cut(file, 1_000), { flatten: true })).columns.map(({ type }) => type)).toEqual([
      'integer',
      'text',
      'decimal',
      'text',
      'text',
      'integer',
    ]);
  });

  it('is complete up to 255 levels, and refused beyond', async () => {
    const nested = (lists: number): string => `SELECT ${'['.repeat(lists)}1${']'.repeat(lists)} AS a`;
    const { rows } = await readDataset(await duckdb.write(nested(127)));
    expect(rows).toEqual([[`${'['.repeat(127)}1${']'.repeat(127)}`]]);
    await expect(readDataset(await duckdb.write(nested(128)))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('of the Parquet file is nested in more than 255 levels.'),
    });
  });

  it('is refused if it expands to more than memory holds', async () => {
    const file = await duckdb.write(
      "SELECT [repeat('x', 40000) FOR i IN range(1000)] AS texts",
      'codec zstd, dictionary_size_limit 100000',
    );
    expect(file.length).toBeLessThan(1_000_000);
    await expect(readDataset(file)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The column “texts” of the Parquet file has a nested value of more than 16 MB.',
    });
  });
});

describe('Few bytes of a page that stand for many', () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);

  it.each([
    ['ZSTD', zstdCompressSync(zeros)],
    ['GZIP', gzipSync(zeros)],
  ] as const)('are refused before all are in memory: %s', (codec, packed) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decompressPage(packed, 1_000, codec)).toThrow();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(zeros.length);
  });

  it.each(['ZSTD', 'GZIP', 'BROTLI'] as const)('are read if they have the stated length: %s', (codec) => {
    const compress = { ZSTD: zstdCompressSync, GZIP: gzipSync, BROTLI: brotliCompressSync }[codec];
    const bytes = Buffer.from(Array.from({ length: 400_000 }, (_value, index) => (index * index) % 251));
    expect(Buffer.from(decompressPage(compress(bytes), bytes.length, codec)).equals(bytes)).toBe(true);
  });

  it('are refused if they have another length than stated: Brotli and LZ4', () => {
    const bytes = Buffer.from('claim,paid,claim,paid,claim,paid\nUUUU'.repeat(20));
    const literals = (content: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from([
          0xf0,
          ...Array.from({ length: Math.floor((content.length - 15) / 255) }, () => 255),
          (content.length - 15) % 255,
        ]),
        content,
      ]);
    const framed = (content: Buffer): Buffer => {
      const sizes = Buffer.alloc(8);
      sizes.writeUInt32BE(content.length, 0);
      sizes.writeUInt32BE(literals(content).length, 4);
      return Buffer.concat([sizes, literals(content)]);
    };
    const match = Buffer.from([0x10, 0x61, 1, 0]);
    const pages: [CompressionCodec, (content: Buffer) => Buffer][] = [
      ['BROTLI', brotliCompressSync],
      ['LZ4_RAW', literals],
      ['LZ4', literals],
      ['LZ4', (content) => Buffer.concat([framed(content.subarray(0, 100)), framed(content.subarray(100))])],
    ];
    for (const [codec, compress] of pages) {
      expect(Buffer.from(decompressPage(compress(bytes), bytes.length, codec)).equals(bytes)).toBe(true);
      for (const length of [bytes.length - 1, bytes.length + 1, bytes.length + 500, 1])
        expect(() => decompressPage(compress(bytes), length, codec)).toThrow();
    }
    expect(
      Buffer.from(decompressPage(Buffer.concat([match, Buffer.from([0x10, 0x62])]), 6, 'LZ4_RAW')).toString(),
    ).toBe('aaaaab');
    expect(() => decompressPage(Buffer.concat([match, Buffer.from([0x10, 0x62])]), 7, 'LZ4_RAW')).toThrow();
  });

  it('are refused if values repeat the start of the one before', () => {
    // Blocks of 128 values in 4 miniblocks without bits: the first value, then equal differences.
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
    const constant = (count: number, first: number, step: number): number[] => [
      ...varint(128),
      4,
      ...varint(count),
      ...varint(first * 2),
      ...Array.from({ length: Math.ceil((count - 1) / 128) }, () => [...varint(step * 2), 0, 0, 0, 0]).flat(),
    ];
    const page = (count: number, step: number): Buffer =>
      Buffer.from([
        ...constant(count, 0, step),
        ...constant(count, step, 0),
        ...Array.from({ length: count * step }, () => 97),
      ]);
    const element = { name: 'a', type: 'BYTE_ARRAY' } as const;
    const values = readValues(page(300, 2), element, 'DELTA_BYTE_ARRAY', 300, undefined);
    expect([0, 1, 299].map((at) => values.slice(at).toString())).toEqual(['aa', 'aaaa', 'a'.repeat(600)]);
    expect(() => readValues(page(20_000, 1), element, 'DELTA_BYTE_ARRAY', 20_000, undefined)).toThrow(
      'has a page with values of more than 128 MB',
    );
  });
});

describe('A value of a Parquet file that no table can store', () => {
  it.each([
    ['binary data', "'\\xFF\\x00'::BLOB", 'is binary data, not text'],
    [
      'a zero character',
      "'a\\x00'::BLOB",
      'is binary data, or text with a zero character, which databases do not accept',
    ],
    ['a date after year 9999', "DATE '10000-01-01'", 'is a date before year 1 or after year 9999'],
    [
      'a timestamp before year 1',
      "TIMESTAMP '0001-01-01' - INTERVAL 1 DAY",
      'is a date before year 1 or after year 9999',
    ],
    ['nested binary data', "{x: ['\\xFF'::BLOB]}", 'is binary data, not text'],
  ])('rejects its row, or is NULL by choice: %s', async (_case, value, reason) => {
    const file = await duckdb.write(`SELECT 1 AS id, ${value} AS odd UNION ALL SELECT 2, NULL ORDER BY id`);
    expect(await readDataset(file)).toMatchObject({
      rows: [['2', null]],
      lines: [2],
      rejects: [{ line: 1, reason: `has a value in the column “odd” that ${reason}`, text: '1,' }],
    });
    expect(await readDataset(file, { invalidCells: 'null' })).toMatchObject({
      rows: [
        ['1', null],
        ['2', null],
      ],
      rejects: [],
    });
  });
});

describe('A value of a type that DuckDB does not write', () => {
  const textOf = (element: Parameters<typeof leafTypeOf>[0], value: Buffer | bigint): unknown =>
    leafTypeOf(element).textOf(
      typeof value === 'bigint'
        ? new PageValues([value])
        : new PageValues({ bytes: value, starts: Int32Array.of(0), ends: Int32Array.of(value.length) }),
      0,
    );

  it.each([
    ['INT96', { type: 'INT96' }, (2_440_589n << 64n) | 3_600_000_000_001n, '1970-01-02 01:00:00.000000001'],
    ['INT96 before 1970', { type: 'INT96' }, (2_440_587n << 64n) | 0n, '1969-12-31 00:00:00'],
    ['older UTC milliseconds', { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }, -1n, '1969-12-31 23:59:59.999Z'],
    ['an older unsigned integer', { type: 'INT32', converted_type: 'UINT_32' }, -1n, '4294967295'],
    [
      'a negative decimal in bytes',
      { type: 'BYTE_ARRAY', converted_type: 'DECIMAL', precision: 9, scale: 2 },
      Buffer.from('ff85', 'hex'),
      '-1.23',
    ],
    [
      'a decimal smaller than one',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, logical_type: { type: 'DECIMAL', precision: 4, scale: 4 } },
      Buffer.from('0005', 'hex'),
      '0.0005',
    ],
    [
      'a half-precision number',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, logical_type: { type: 'FLOAT16' } },
      Buffer.from('003e', 'hex'),
      '1.5',
    ],
    [
      'an interval',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, converted_type: 'INTERVAL' },
      Buffer.from('0e0000000300000084030000', 'hex'),
      'P14M3DT0.900S',
    ],
    [
      'an empty interval',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, converted_type: 'INTERVAL' },
      Buffer.alloc(12),
      'PT0S',
    ],
  ] as const)('is read exactly: %s', (_case, element, value, expected) => {
    expect(textOf({ name: 'a', ...element }, value)).toBe(expected);
  });
});

describe('A Parquet file that cannot be read', () => {
  const refusal = (bytes: Uint8Array, options = {}): Promise<unknown> =>
    readDataset(bytes, options).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('is refused if it is encrypted', async () => {
    // DuckDB's own cipher is enough for a test.
    await duckdb.run("SET force_mbedtls_unsafe = 'true'");
    await duckdb.run("PRAGMA add_parquet_key('key', '0123456789112345')");
    const file = await duckdb.write('SELECT 1 AS a', "encryption_config {footer_key: 'key'}");
    expect(await refusal(file)).toMatchObject({ code: 'invalid-input', message: 'The Parquet file is encrypted.' });
  });

  it('is refused if it is cut off anywhere', async () => {
    for (let length = 5; length < claims.length; length += 1 + Math.floor(claims.length / 60))
      expect(await refusal(claims.subarray(0, length))).toBeInstanceOf(PipewrightError);
  });

  it('is an error of the file, and never of the program, if any byte is damaged', async () => {
    const random = randomFrom(7);
    for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4']) {
      const file = await duckdb.write(
        "SELECT i, 'text ' || i % 7 AS t, [i, i] AS l, i / 3 AS d FROM range(500) rows(i)",
        `codec ${codec}`,
      );
      for (let time = 0; time < 25; time += 1) {
        const damaged = Buffer.from(file);
        damaged[4 + Math.floor(random() * (file.length - 8))] = Math.floor(random() * 256);
        const error = await refusal(damaged);
        if (error !== undefined) expect(error).toBeInstanceOf(PipewrightError);
      }
    }
  });

  it('is an error of the file if any byte of its structure is damaged', async () => {
    const file = await duckdb.write("SELECT i, [i] AS l, {'a': 'x'} AS s, i::DECIMAL(9, 2) AS d FROM range(3) rows(i)");
    const start = file.length - 8 - file.readUInt32LE(file.length - 8);
    for (let at = start; at < file.length - 4; at += 1)
      for (const value of [0, 0x0c, 0x15, 0xff]) {
        const damaged = Buffer.from(file);
        damaged[at] = value;
        const error = await refusal(damaged);
        if (error !== undefined) expect(error).toBeInstanceOf(PipewrightError);
      }
  });

  it('is refused if its row groups do not have all rows', async () => {
    const file = await duckdb.write('SELECT range AS a FROM range(3)');
    const start = file.length - 8 - file.readUInt32LE(file.length - 8);
    // The number of rows of the file is its first I64 field: 3 in zigzag encoding.
    const at = file.indexOf(Buffer.from([0x16, 6]), start);
    const damaged = Buffer.from(file);
    damaged[at + 1] = 8;
    expect(await refusal(damaged)).toMatchObject({
      code: 'invalid-file',
      message: 'The Parquet file is invalid: its structure states 4 rows, but its row groups have 3.',
    });
  });

  it('is refused if it is too large for memory', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield claims;
      for (;;) yield new Uint8Array(1024 * 1024);
    }
    await expect(previewRows(endless())).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'The Parquet file is larger than 128 MB.',
      hint: expect.stringContaining('docs/pipelines/README.md'),
    });
  });

  it('is refused if the pages of a row do not fit into memory together', () => {
    const memory = new PageMemory();
    const megabyte = 1024 * 1024;
    for (let column = 0; column < 3; column += 1) memory.replace(0, 128 * megabyte);
    expect(() => memory.replace(128 * megabyte, 128 * megabyte)).not.toThrow();
    expect(() => memory.replace(0, 1)).toThrow('reading a row takes more than 384 MB of memory');
  });

  it.each([
    [{ sheet: 'Claims' }, '“Sheet” is set, but the file is a Parquet file.'],
    [{ skipRows: 2 }, '“Skip Rows” is set, but the file is a Parquet file.'],
    [{ comment: '#' }, '“Comment Prefix” is set, but the file is a Parquet file.'],
  ])('is refused with options for other formats: %j', async (options, message) => {
    expect(await refusal(claims, options)).toMatchObject({ code: 'invalid-input', message });
  });
});
