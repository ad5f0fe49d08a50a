import type { LoadOptions } from '../../../shared/src/datasets/load/load-options.ts';
import { describeOn, mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

/** A value in CSV form. */
const quote = (value: string): string => (/[",]|^ | $/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

describe.each(mysqlProducts)('Values for columns of %s', (product, start) => {
  const { ask, load } = useMysql(start);
  const tried = async (definition: string, value: string, options: Partial<LoadOptions> = {}): Promise<unknown> => {
    await ask(`DROP TABLE IF EXISTS trap; CREATE TABLE trap (n int, ${definition})`);
    const csv = `n,v\n${[1, 2, 3].map((row) => `${row},${row === 2 ? value : ''}`).join('\n')}\n`;
    return load(csv, { table: 'trap', mode: 'append', ...options }).then(
      async () => (await ask('SELECT CAST(v AS char) AS v FROM trap WHERE n = 2'))[0]?.['v'],
      async (error: unknown) => {
        expect(await ask('SELECT * FROM trap')).toEqual([]);
        expect(error).toMatchObject({
          code: 'invalid-input',
          hint: expect.stringContaining('The table was not changed.'),
        });
        return String((error as Error).message);
      },
    );
  };

  it.each([
    ['a text that is too long', 'v varchar(3)', 'abcd', 'more than 3 characters'],
    ['a text whose spaces would be cut', 'v varchar(3)', 'abc  ', 'more than 3 characters'],
    ['a space at the end, which char drops', 'v char(5)', 'ab ', 'ends with a space'],
    ['a text with too many bytes', 'v tinytext CHARACTER SET utf8mb4', 'é'.repeat(128), 'more than 255 bytes'],
    ['a word that enum does not have', "v enum('a', 'b')", 'c', 'is not one of a, b'],
    ['the number of a word of enum', "v enum('a', 'b')", '1', 'is not one of a, b'],
    ['a word of enum in other letters', "v enum('a', 'b')", 'A', 'is not one of a, b'],
    ['a member that set does not have', "v set('a', 'b')", 'a,c', 'is not a comma-separated list of a, b'],
    ['words of set in another order', "v set('a', 'b')", 'b,a', 'in this order'],
    ['a word of set that comes twice', "v set('a', 'b')", 'a,a', 'at most once'],
    ['the number of a set', "v set('a', 'b')", '3', 'is not a comma-separated list of a, b'],
    ['bytes that are too many', 'v varbinary(3)', 'éé', 'more than 3 bytes'],
    ['bytes that would be padded', 'v binary(5)', 'abc', 'does not have exactly 5 bytes'],
    [
      'characters that its character set does not have',
      'v varchar(9) CHARACTER SET latin1',
      '東京',
      'character set latin1 of the column lacks',
    ],
    ['a euro sign in ascii', 'v varchar(9) CHARACTER SET ascii', '5 €', 'character set ascii of the column lacks'],
    [
      'characters that a character set we have no table of lacks',
      'v varchar(9) CHARACTER SET cp1251',
      '東京',
      'Incorrect string value',
    ],
    [
      'characters of four bytes where three are the most',
      'v text CHARACTER SET utf8mb3',
      '😀',
      'character set utf8mb3 of the column lacks',
    ],
    ['an integer that is too great', 'v tinyint', '128', 'not between -128 and 127'],
    ['an integer above 24 bits', 'v mediumint', '8388608', 'not between -8388608 and 8388607'],
    ['a negative integer', 'v int unsigned', '-1', 'not between 0 and 4294967295'],
    ['a negative integer of 64 bits', 'v bigint unsigned', '-1', 'not between 0 and 18446744073709551615'],
    ['an integer above 64 bits', 'v bigint unsigned', '18446744073709551616', 'not between 0 and 18446744073709551615'],
    ['an integer above 63 bits with a sign', 'v bigint', '9223372036854775808', 'not between -9223372036854775808'],
    ['an integer with a leading zero', 'v int', '01067', 'leading zero'],
    ['a decimal where an integer is', 'v int', '1.5', 'is not an integer'],
    ['a negative decimal', 'v decimal(5,2) unsigned', '-1', 'is negative'],
    ['a decimal that would be rounded', 'v decimal(5,2)', '1.0051', '2 after it'],
    ['a decimal that is too great', 'v decimal(5,2)', '1000', '3 digits before'],
    ['bits that are too many', 'v bit(8)', '256', 'not an integer between 0 and 255'],
    ['a text where bits are', 'v bit(8)', 'x', 'not an integer between 0 and 255'],
    ['more than one bit', 'v bit(1)', '2', 'not between 0 and 1|is not a boolean'],
    ['an integer that float would change', 'v float', '16777217', 'float stores with every digit'],
    ['an integer that double would change', 'v double', '9007199254740993', 'double stores with every digit'],
    ['digits that double would lose', 'v double', '3.14159265358979323846', 'double stores'],
    ['a number beyond double', 'v double', '1e400', 'double stores'],
    ['a number beyond float', 'v float', '1e39', 'float stores'],
    ['fraction digits of float(7,2)', 'v float(7,2)', '1.1255', '2 after it'],
    ['a negative double', 'v double unsigned', '-0.5', 'is negative'],
    ['a number that is none', 'v double', '1,5x', 'is not a number'],
    ['a word for a number', 'v float', 'much', 'is not a number'],
    ['a day that there is not', 'v date', '2026-02-30', 'is not a date'],
    ['a day of zeros', 'v date', '0000-00-00', 'is not a date'],
    ['a month of zeros', 'v date', '2026-00-01', 'is not a date'],
    ['a day with a time', 'v date', '2026-11-20 10:00', 'it has a time of day, which would be lost'],
    ['a day that could be in two orders', 'v date', '01/02/2026', 'could be|two|is not a date'],
    ['a day without dashes', 'v date', '20261120', 'is not a date'],
    [
      'a fraction of a second that would be cut or rounded',
      'v datetime',
      '2026-11-20 10:00:00.7',
      'more than 0 fractional second digits',
    ],
    [
      'a fraction of a second with too many digits',
      'v datetime(3)',
      '2026-11-20T10:00:00.1234',
      'more than 3 fractional second digits',
    ],
    [
      'a zone that would be dropped',
      'v datetime',
      '2026-11-20T10:00:00+02:00',
      'it has a time zone, which would be lost',
    ],
    ['a timestamp of zeros', 'v datetime', '0000-00-00 00:00:00', 'is not a timestamp'],
    ['a timestamp in the year 0', 'v datetime', '0000-01-01 00:00:00', 'is not a timestamp'],
    [
      'the fraction of a timestamp',
      'v timestamp NULL',
      '2026-11-20T10:00:00.5Z',
      'more than 0 fractional second digits',
    ],
    ['a timestamp beyond the range of timestamp', 'v timestamp NULL', '2150-01-01T00:00Z', 'is not between 1970-01-01'],
    [
      'the timestamp that MySQL reserves for zero',
      'v timestamp NULL',
      '1970-01-01 00:00:00',
      'is not between 1970-01-01',
    ],
    [
      'a timestamp before the range of timestamp, by its zone',
      'v timestamp NULL',
      '1970-01-01T01:00:00+02:00',
      'is not between 1970-01-01',
    ],
    ['a timestamp before the first year', "v datetime(6) COMMENT 'UTC'", '0001-01-01T00:00+02:00', 'before the year 1'],
    ['a timestamp after the last year', "v datetime(6) COMMENT 'UTC'", '9999-12-31T23:00-02:00', 'after the year 9999'],
    ['a fraction of a second in a time', 'v time', '10:00:00.7', 'is not a time'],
    ['too many digits of a time', 'v time(2)', '10:00:00.125', 'at most 2 fractional second digits'],
    ['a time that there is not', 'v time', '25:61:00', 'is not a time'],
    ['a time that is too long', 'v time', '839:00:00', 'is not a time'],
    ['a time that is too long by a fraction', 'v time(6)', '838:59:59.000001', 'is not a time'],
    ['a number where a time is', 'v time', '100', 'is not a time'],
    ['a day with a time where a time is', 'v time', '2026-11-20 10:00:00', 'is not a time'],
    ['a year of two digits', 'v year', '99', 'is not a four-digit year'],
    ['a year out of range', 'v year', '1900', 'is not a four-digit year'],
    ['JSON that is none', 'v json', '{x', 'is not JSON'],
    ['a text where a UUID is', "v char(36) COMMENT 'UUID'", 'not a UUID', 'is not a uuid'],
    ['a word in a boolean column', 'v tinyint(1)', 'maybe', 'is not a boolean'],
    [
      'a text in a point column',
      'v point',
      'POINT(1 2)',
      'cannot be loaded: columns of the type point do not accept text',
    ],
  ])('are refused: %s', async (_case, definition, value, expected) => {
    expect(await tried(definition, quote(value))).toMatch(new RegExp(expected));
  });

  it.each([
    ['v tinyint(1)', 'TRUE', '1'],
    ['v tinyint(1)', '0', '0'],
    ['v tinyint(1)', '"false"', '0'],
    ['v tinyint(1)', 't', '1'],
    ['v tinyint(1)', '5', '5'],
    ['v timestamp(6) NULL', '2026-11-20T10:00:00.5+02:00', '2026-11-20 08:00:00.500000'],
    ['v timestamp NULL', '2026-11-20 10:00', '2026-11-20 10:00:00'],
    ['v timestamp NULL', '2038-01-19T03:14:07Z', '2038-01-19 03:14:07'],
    ['v timestamp NULL', '2026-11-20 08:00:00 UTC', '2026-11-20 08:00:00'],
    ['v datetime', '2026-11-20T10:00:00.000', '2026-11-20 10:00:00'],
    ['v datetime(3)', '"2026-11-20T10:00:00.120"', '2026-11-20 10:00:00.120'],
    ['v datetime', '9999-12-31 23:59:59', '9999-12-31 23:59:59'],
    ['v date', '0001-01-01', '0001-01-01'],
    ['v decimal(5,2)', '+1.5000', '1.50'],
    ['v decimal(5,2)', '-999.99', '-999.99'],
    ['v int', '1.0', '1'],
    ['v bigint', '-9223372036854775808', '-9223372036854775808'],
    ['v bigint unsigned', '18446744073709551615', '18446744073709551615'],
    ['v int(5) zerofill', '7', '00007'],
    ['v char(36) CHARACTER SET ascii', 'not a UUID', 'not a UUID'],
    ["v char(36) COMMENT 'UUID'", '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'],
    ['v double', '1.5e3', '1500'],
    ['v double', '0.1', '0.1'],
    ['v double', '-2.5', '-2.5'],
    ['v float', '0.1', '0.1'],
    ['v float(7,2)', '12345.25', '12345.25'],
    ['v double', '""', null],
    ["v enum('a', 'NULL')", '"NULL"', 'NULL'],
    ["v enum('it''s', 'b')", "it's", "it's"],
    ["v set('a', 'b', 'c')", '"a,c"', 'a,c'],
    ["v set('a', 'b')", '""', ''],
    ['v varchar(3) CHARACTER SET utf8mb4', '😀😀😀', '😀😀😀'],
    ['v varchar(5)', '"ab  "', 'ab  '],
    ['v char(5)', '" ab"', ' ab'],
    ['v varchar(9) CHARACTER SET latin1', '5 € Müller'.slice(0, 9), '5 € Mülle'],
    ['v varchar(9) CHARACTER SET cp1251', 'Москва', 'Москва'],
    ['v binary(3)', 'abc', 'abc'],
    ['v varbinary(4)', 'éé', 'éé'],
    ['v blob', 'a\\b', 'a\\b'],
    ['v time', '-838:59:59', '-838:59:59'],
    ['v time', '10:00', '10:00:00'],
    ['v time(3)', '10:00:00.7000', '10:00:00.700'],
    ['v year', '2155', '2155'],
    ['v time', '""', null],
    ['v text', 'at 10:00:00.7 or later in any case', 'at 10:00:00.7 or later in any case'],
  ])('are accepted: %s stores %s', async (definition, value, expected) => {
    expect(await tried(definition, value)).toBe(expected);
  });

  it.each([
    ['bit(8)', '1'],
    ['bit(64)', '12'],
    ['bit(64)', '18446744073709551615'],
    ['bit(8)', '0'],
    ['bit(1)', 'true'],
    ['bit(1)', '0'],
    ['bit(5)', '31'],
  ])('%s stores %s as that number', async (type, value) => {
    await tried(`v ${type}`, value);
    const number = { true: '1' }[value] ?? value;
    expect(await ask('SELECT CAST(CAST(v AS UNSIGNED) AS char) AS v FROM trap WHERE n = 2')).toEqual([{ v: number }]);
    await load(`n,v\n2,${value}\n`, { table: 'trap', mode: 'upsert', key: ['n'] });
    expect(await ask('SELECT CAST(CAST(v AS UNSIGNED) AS char) AS v FROM trap WHERE n = 2')).toEqual([{ v: number }]);
    expect(await ask('SELECT v FROM trap WHERE n <> 2')).toEqual([{ v: null }, { v: null }]);
  });

  it('are accepted if float stores them exactly, although a server displays six digits', async () => {
    await tried('v float', '123456.5');
    expect(await ask('SELECT v + 0e0 AS v FROM trap WHERE n = 2')).toEqual([{ v: 123456.5 }]);
  });

  it.each([
    ['a key that comes twice', '{"a":1,"a":2}'],
    ['a key that comes twice in an object within', '[{"b":{"a":1,"\\u0061":2}}]'],
    ['an integer above 64 bits', '{"a":18446744073709551616}'],
    ['a number with more digits than are kept', '[0.12345678901234567890]'],
    ['half of a character', '"\\ud800"'],
    ['more than 100 levels', '['.repeat(101) + ']'.repeat(101)],
  ])(
    'in JSON are refused by MySQL, which would change them, and stored unchanged or refused by MariaDB: %s',
    async (_case, value) => {
      const found = await tried('v json', quote(value));
      if (product === 'MySQL') expect(found).toMatch('is not JSON that MySQL stores unchanged');
      else expect([value, expect.stringMatching(/json_valid|CONSTRAINT/)]).toContainEqual(found);
    },
  );

  it.each([
    ['{"b": 1, "a": [1.5, "x, {", null, true, 1e2]}'],
    ['18446744073709551615'],
    ['"a \\" quote"'],
    ['[-9223372036854775808, 0.1]'],
    ['{}'],
    ['null'],
  ])('in JSON are stored: %s', async (value) => {
    expect(JSON.parse(String(await tried('v json', quote(value))))).toEqual(JSON.parse(value));
  });

  it('can be zero in an auto-increment column', async () => {
    await ask('CREATE TABLE zero (id int AUTO_INCREMENT PRIMARY KEY, v int)');
    await load('id,v\n0,1\n,2\n', { table: 'zero', mode: 'append' });
    expect(await ask('SELECT id, v FROM zero ORDER BY v')).toEqual([
      { id: 0, v: 1 },
      { id: 1, v: 2 },
    ]);
  });

  it('are reported with line and value, without the rest of the row', async () => {
    await ask('CREATE TABLE reported (n int, v varchar(9) CHARACTER SET latin1, secret text)');
    const csv = `n,v,secret\n${'1,a,hidden\n'.repeat(41)}42,東京,hidden\n`;
    const failure: unknown = await load(csv, { table: 'reported', mode: 'append' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/line 43 .*“v”.*“東京”/) });
    expect(String((failure as Error).message)).not.toContain('hidden');
  });

  it('are rejected row by row if rejected rows are allowed', async () => {
    await ask(
      'CREATE TABLE narrow (id smallint unsigned NOT NULL, name varchar(5) CHARACTER SET utf8mb4, paid decimal(6, 2))',
    );
    const csv =
      'id,name,paid\n1,Ada,12.50\n70000,Bob,1\n3,Cleopatra,1\n,Dan,1\n5,Eve,1.0051\n6,Finn,99999\n7,👍👍👍👍👍,-9999.99\n';
    const { rejects } = await load(csv, { table: 'narrow', mode: 'append', maxRejectedRows: 5 });
    expect(rejects.map(({ line, column: name, value }) => [line, name, value])).toEqual([
      [3, 'id', '70000'],
      [4, 'name', 'Cleopatra'],
      [5, 'id', null],
      [6, 'paid', '1.0051'],
      [7, 'paid', '99999'],
    ]);
    expect(await ask('SELECT id, name, paid FROM narrow ORDER BY id')).toEqual([
      { id: 1, name: 'Ada', paid: '12.50' },
      { id: 7, name: '👍👍👍👍👍', paid: '-9999.99' },
    ]);
  });
});

describe('Types of one server only', () => {
  describeOn('MariaDB', (start) => {
    const { ask, load } = useMysql(start);
    it.each([
      ['uuid', '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'],
      ['inet4', '10.0.0.1', '10.0.0.1'],
      ['inet6', '2001:db8::1', '2001:db8::1'],
    ])('%s accepts %s', async (type, value, held) => {
      await ask(`CREATE OR REPLACE TABLE own_type (v ${type})`);
      await load(`v\n${value}\n`, { table: 'own_type', mode: 'append' });
      expect(await ask('SELECT v FROM own_type')).toEqual([{ v: held }]);
    });
    it.each([
      ['uuid', 'x'],
      ['inet4', '10.0.0.256'],
      ['inet4', '010.0.0.1'],
      ['inet6', '10.0.0.1'],
      ['inet6', 'fe80::1%eth0'],
    ])('%s refuses %s', async (type, value) => {
      await ask(`CREATE OR REPLACE TABLE own_type (v ${type})`);
      await expect(load(`v\n${value}\n`, { table: 'own_type', mode: 'append' })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('“v”'),
      });
    });
  });

  describeOn('MySQL', (start) => {
    const { ask, load } = useMysql(start);
    it('refuses a value for a vector column by its name', async () => {
      await ask('CREATE TABLE own_type (id int, v vector(2))');
      await expect(load('id,v\n1,"[1,2]"\n', { table: 'own_type', mode: 'append' })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('“v”'),
      });
      expect(await load('id,v\n1,\n', { table: 'own_type', mode: 'append' })).toMatchObject({ rows: 1 });
    });
  });
});
