import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { mysqlProducts, useMysql } from './use-mysql.ts';

describe.each(mysqlProducts)('What %s would change without an error', (_product, start) => {
  const { ask, load } = useMysql(start);
  const tried = async (definition: string, value: string, options: Partial<LoadOptions> = {}): Promise<unknown> => {
    await ask(`DROP TABLE IF EXISTS trap; CREATE TABLE trap (n int, ${definition})`);
    const csv = `n,v\n${[1, 2, 3].map((row) => `${row},${row === 2 ? value : ''}`).join('\n')}\n`;
    return load(csv, { table: 'trap', mode: 'append', ...options }).then(async () => (await ask('SELECT CAST(v AS char) AS v FROM trap WHERE n = 2'))[0]?.['v'], async (error: unknown) => {
      expect(await ask('SELECT * FROM trap')).toEqual([]);
      expect(error).toMatchObject({ code: 'bad-input' });
      return String((error as Error).message);
    });
  };

  it.each([
    ['a text that is too long', 'v varchar(3)', 'abcd', 'more than 3 characters'],
    ['a text that is too long for a type we have no limit of', "v enum('a', 'b')", 'c', 'Data truncated'],
    ['bytes that are too many', 'v varbinary(3)', 'éé', 'Data truncated|Data too long'],
    ['letters that its alphabet does not have', 'v varchar(9) CHARACTER SET latin1', '東京', 'Incorrect string value'],
    ['letters of four bytes where three are the most', 'v text CHARACTER SET utf8mb3', '😀', 'Incorrect string value'],
    ['an integer that is too great', 'v tinyint', '128', 'not between -128 and 127'],
    ['a negative integer', 'v int unsigned', '-1', 'not between 0 and 4294967295'],
    ['a negative integer of 64 bits', 'v bigint unsigned', '-1', 'not between 0'],
    ['a negative decimal', 'v decimal(5,2) unsigned', '-1', 'Out of range'],
    ['a decimal that would be rounded', 'v decimal(5,2)', '1.005', '2 behind it'],
    ['a decimal that is too great', 'v decimal(5,2)', '1000', '3 digits before'],
    ['a day that there is not', 'v date', '2026-02-30', 'is not a date'],
    ['a day with a time', 'v date', '2026-11-20 10:00', 'is not a date'],
    ['a fraction of a second that would be cut', 'v datetime', '2026-11-20 10:00:00.7', 'keeps 0 digits'],
    ['a fraction of a second that would be rounded', 'v datetime(3)', '2026-11-20T10:00:00.1234', 'keeps 3 digits'],
    ['a number that is none', 'v double', '1,5x', 'columns|Data truncated|Incorrect'],
    ['a word for a number', 'v float', 'much', 'Data truncated|Incorrect'],
    ['a time that there is not', 'v time', '25:61:00', 'truncated|Incorrect'],
    ['JSON that is none', 'v json', '{x', 'JSON'],
    ['a moment beyond the years of a timestamp', 'v timestamp NULL', '2150-01-01T00:00Z', 'Incorrect|truncated|Out of range'],
    ['a moment before the first year', "v datetime(6) COMMENT 'UTC'", '0001-01-01T00:00+02:00', 'truncated|Incorrect|overflow'],
    ['a text where a UUID is', "v char(36) COMMENT 'UUID'", 'not a UUID', 'is not a uuid'],
    ['a word where a boolean is', 'v tinyint(1)', 'maybe', 'is not a boolean'],
  ])('is refused: %s', async (_case, definition, value, told) => {
    expect(await tried(definition, value.includes(',') ? `"${value}"` : value)).toMatch(new RegExp(told));
  });

  it.each([
    ['v tinyint(1)', 'TRUE', '1'], ['v tinyint(1)', '0', '0'], ['v tinyint(1)', '"false"', '0'],
    ['v timestamp(6) NULL', '2026-11-20T10:00:00.5+02:00', '2026-11-20 08:00:00.500000'], ['v timestamp NULL', '2026-11-20 10:00', '2026-11-20 10:00:00'],
    ['v datetime', '2026-11-20T10:00:00.000', '2026-11-20 10:00:00'], ['v datetime(3)', '"2026-11-20T10:00:00.120"', '2026-11-20 10:00:00.120'],
    ['v decimal(5,2)', '+001.500', '1.50'], ['v bigint', '-9223372036854775808', '-9223372036854775808'], ['v bigint unsigned', '9223372036854775807', '9223372036854775807'],
    ['v char(36) CHARACTER SET ascii', 'not a UUID', 'not a UUID'], ["v char(36) COMMENT 'UUID'", '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'], ['v uuid', '8A4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77'],
    ['v double', '1.5e3', '1500'], ["v enum('a', 'NULL')", '"NULL"', 'NULL'], ['v varchar(3)', '😀😀😀', '😀😀😀'],
  ])('is not: %s takes %s', async (definition, value, expected) => {
    expect(await tried(`${definition}${/char\(3\)/.test(definition) ? ' CHARACTER SET utf8mb4' : ''}`, value)).toBe(expected);
  });

  it('is not a key of zero, which would become the next number', async () => {
    await ask('CREATE TABLE zero (id int AUTO_INCREMENT PRIMARY KEY, v int)');
    await load('id,v\n0,1\n,2\n', { table: 'zero', mode: 'append' });
    expect(await ask('SELECT id, v FROM zero ORDER BY v')).toEqual([{ id: 0, v: 1 }, { id: 1, v: 2 }]);
  });

  it('is told with the row, and with nothing of the row but the value', async () => {
    await ask('CREATE TABLE told (n int, v varchar(9) CHARACTER SET latin1, secret text)');
    const csv = `n,v,secret\n${'1,a,hidden\n'.repeat(41)}42,東京,hidden\n`;
    const failure: unknown = await load(csv, { table: 'told', mode: 'append' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'bad-input', message: expect.stringMatching(/`v` \(row 42\)/) });
    expect(String((failure as Error).message)).not.toContain('hidden');
  });

  it('is left out by itself, where rows may be left out', async () => {
    await ask('CREATE TABLE narrow (id smallint unsigned NOT NULL, name varchar(5) CHARACTER SET utf8mb4, paid decimal(6, 2))');
    const csv = 'id,name,paid\n1,Ada,12.50\n70000,Bob,1\n3,Cleopatra,1\n,Dan,1\n5,Eve,1.005\n6,Finn,99999\n7,👍👍👍👍👍,-9999.99\n';
    const { rejects } = await load(csv, { table: 'narrow', mode: 'append', maxRejectedRows: 5 });
    expect(rejects.map(({ line, column: name, value }) => [line, name, value])).toEqual([[3, 'id', '70000'], [4, 'name', 'Cleopatra'], [5, 'id', null], [6, 'paid', '1.005'], [7, 'paid', '99999']]);
    expect(await ask('SELECT id, name, paid FROM narrow ORDER BY id')).toEqual([{ id: 1, name: 'Ada', paid: '12.50' }, { id: 7, name: '👍👍👍👍👍', paid: '-9999.99' }]);
  });
});
