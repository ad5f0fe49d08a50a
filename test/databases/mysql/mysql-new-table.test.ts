import { parse } from 'csv-parse/sync';
import { claimsColumns, claimsPieces } from '../../support/claims-file.ts';
import { lateChange, lateChanges, numbered } from '../load-csv.ts';
import { documentedRights } from '../../support/machine/mysql-family.ts';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

type Row = Record<string, unknown>;

describe.each(mysqlProducts)('A new table of %s', (_product, start) => {
  const { ask, load, staged, exists, column } = useMysql(start);
  it.each(lateChanges)('stores every value of the file: %s', async (name, early, late, type) => {
    const values = lateChange(early, late);
    const result = await load(numbered(values), { table: name });
    expect(result.columns.map((each) => each.type)).toEqual(['integer', type]);
    const expected = values.map((value) => (value === '' ? null : value === '""' ? '' : value));
    const found = await column(name);
    expect(found.type.replace(/\(.*/, '')).toBe({ integer: 'bigint', decimal: 'decimal', text: 'longtext' }[type]);
    if (type !== 'decimal') expect(found.values).toEqual(expected);
    else
      expect(found.values.map((value) => (value === null ? '' : withoutZeros(String(value)))).join()).toBe(
        expected.map((value) => withoutZeros(value ?? '')).join(),
      );
    await ask(`DROP TABLE \`${name}\``);
    expect(await staged()).toEqual([]);
  });

  it('stores every value when every column changes its type at another row', async () => {
    const width = 12;
    const rows = Array.from({ length: 24_000 }, (_, row) =>
      Array.from({ length: width }, (_cell, at) => (row === 4000 + at * 1500 ? `late ${at}` : `${row}.${10 + at}`)),
    );
    const header = Array.from({ length: width }, (_, at) => `c${at}`).join();
    await load(`row,${header}\n${rows.map((cells, row) => [row, ...cells].join()).join('\n')}`, { table: 'staggered' });
    const found = await ask('SELECT * FROM staggered ORDER BY `row`');
    expect(found.map(({ row: _row, ...cells }) => Object.values(cells).join())).toEqual(
      rows.map((cells) => cells.join()),
    );
  });

  it('has the values and types of a claims file', async () => {
    const csv = Buffer.concat([...claimsPieces(5000)]).toString();
    await load(csv, { table: 'claims' });
    const expected = parse(csv, { columns: true }) as Row[];
    const texts = claimsColumns
      .map(
        ([name, type]) =>
          `coalesce(${type === 'boolean' ? `if(${name}, 'true', 'false')` : type === 'timestamp' ? `left(${name}, 19)` : name}, '') AS ${name}`,
      )
      .join();
    expect(await ask(`SELECT ${texts} FROM claims ORDER BY claims.claim_id`)).toEqual(expected);
    const types: Record<string, string> = {
      integer: 'bigint',
      decimal: 'decimal(18,2)',
      boolean: 'tinyint(1)',
      timestamp: 'datetime(6)',
      text: 'longtext',
    };
    for (const [name, type] of claimsColumns)
      expect([name, (await column('claims', name, 'claim_id')).type.replace('bigint(20)', 'bigint')]).toEqual([
        name,
        name === 'share' ? 'decimal(18,4)' : (types[type] ?? type),
      ]);
  });

  it('stores timestamps of every time zone in UTC, and loads them again', async () => {
    const csv =
      'at\n2026-11-20T10:00:00+02:00\n2026-11-20 08:00Z\n2026-11-20T03:00-0500\n2026-11-20T18:00+10\n1899-12-31T23:30:00.125-00:30\n';
    const moments = ['1900-01-01 00:00:00.125000', '2026-11-20 08:00:00.000000'];
    await load(csv, { table: 'moments' });
    expect((await ask('SELECT DISTINCT at FROM moments ORDER BY at')).map(({ at }) => at)).toEqual(moments);
    for (const mode of ['replace', 'append'] as const)
      expect((await load(csv, { table: 'moments', mode })).columns).toEqual([
        { name: 'at', type: 'timestamp-with-zone' },
      ]);
    expect((await ask('SELECT DISTINCT at FROM moments ORDER BY at')).map(({ at }) => at)).toEqual(moments);
  });

  it('has the chosen column types', async () => {
    const columns = { policy: 'text', share: 'integer', paid: 'decimal' } as const;
    await load('policy,share,paid\n1,7,+5\n2,8,.125\n', { table: 'given', columnTypes: columns });
    expect(await ask('SELECT * FROM given')).toEqual([
      { policy: '1', share: 7, paid: '5.000' },
      { policy: '2', share: 8, paid: '0.125' },
    ]);
    await load('policy,share,paid\n1,1,1\n', { table: 'given_whole', columnTypes: columns });
    await load('policy,share,paid\n1,1,2.5\n', { table: 'given_whole', columnTypes: columns, mode: 'append' });
    expect((await column('given_whole', 'paid', 'paid')).values).toEqual(['1.0000', '2.5000']);
    await expect(load('share,policy,paid\nx,1,1\n', { table: 'given2', columnTypes: columns })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(await exists('given2')).toBe(false);
  });

  it('keeps every digit of a decimal', async () => {
    const values = ['0.5', '-99999999999999999999999999999999999.125', '0.00000000000000000000000000000000000001'];
    await load(`row,few,many,tiny\n1,${values[0]},${values[1]},${values[2]}\n`, { table: 'digits' });
    expect(await ask('SELECT few, many, tiny FROM digits')).toEqual([{ few: '0.5', many: values[1], tiny: values[2] }]);
    expect((await column('digits', 'tiny', 'row')).type).toBe('longtext');
  });

  it.each([',', ';', '\t', '|'].flatMap((delimiter) => ['\n', '\r\n'].map((end) => [delimiter, end] as const)))(
    'loads every kind of value with the delimiter %j and line ends %j',
    async (delimiter, end) => {
      const values = [
        'NULL',
        '"NULL"',
        '""',
        '',
        '"say ""no"", twice"',
        `"a${delimiter}b"`,
        '"two\nlines"',
        '"two\r\nlines"',
        '"""x"""',
        '\\',
        '\\N',
        '"\\"',
        "it's",
        ' spaced ',
        '東京 😀',
        '"😀"',
        '"""😀"',
        '\\n',
      ];
      const csv = `row${delimiter}v${delimiter}last${end}${values.map((value, row) => [row, value, '"z"'].join(delimiter)).join(end)}${end}`;
      await load(csv, { table: 'kinds', mode: 'replace', delimiter: delimiter as ',' });
      const expected = values.map((value) =>
        value === '' ? null : value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value,
      );
      expect((await column('kinds', 'v')).values).toEqual(expected);
      expect(await ask("SELECT count(*) AS number FROM kinds WHERE last = 'z'")).toEqual([{ number: values.length }]);
    },
  );

  it('distinguishes empty text and NULL in a single column', async () => {
    await load('v\nx\n\n""\nNULL\n"NULL"\n"a""b"\n', { table: 'single' });
    expect((await ask('SELECT v FROM single')).map(({ v }) => v)).toEqual(['x', null, '', 'NULL', 'NULL', 'a"b']);
  });

  it('accepts both line ends in one file, and rows after rejected ones', async () => {
    await load('a,b\r\n1,x\n2,y\r\n3,"z\nz"\n\n4,\r\n5\n6,NULL', { table: 'ends', maxRejectedRows: 1 });
    expect((await ask('SELECT b FROM ends ORDER BY a')).map(({ b }) => b)).toEqual(['x', 'y', 'z\nz', null, 'NULL']);
  });

  it('stores texts of megabytes, and many columns', async () => {
    const long = '😀 "long", '.repeat(300_000);
    const width = 150;
    await load(`row,v\n1,"${long.replaceAll('"', '""')}"\n2,short\n`, { table: 'long' });
    expect(
      (
        await ask('SELECT char_length(v) AS letters, sha2(v, 256) = sha2(?, 256) AS same FROM `long` WHERE `row` = 1', [
          long,
        ])
      )[0],
    ).toEqual({ letters: [...long].length, same: 1 });
    await load(
      `${Array.from({ length: width }, (_, at) => `c${at}`).join()}\n${Array.from({ length: width }, (_, at) => `text of the column ${at}`).join()}\n`,
      { table: 'wide' },
    );
    expect(Object.values((await ask('SELECT * FROM wide'))[0] ?? {})).toHaveLength(width);
  });

  it('is not created from bytes that are not UTF-8', async () => {
    async function* latin1() {
      yield Buffer.from('a\nM\xfcller\n', 'latin1');
    }
    await expect(load(latin1(), { table: 'wrong' })).rejects.toMatchObject({
      code: 'invalid-file',
      hint: expect.stringContaining('UTF-8'),
    });
    expect([await exists('wrong'), await staged()]).toEqual([false, []]);
  });

  it('accepts every name that MySQL allows, and no other', async () => {
    await load('a `b`?,c\n1,2\n', { table: 'odd `name`?' });
    await load('a `b`?,c\n3,4\n', { table: 'odd `name`?', mode: 'append', key: ['a `b`?'], loadKey: 'odd ? \\' });
    expect(await ask('SELECT `a ``b``?` AS a FROM `odd ``name``?` ORDER BY c')).toEqual([{ a: 1 }, { a: 3 }]);
    for (const table of ['x'.repeat(65), '😀', ''])
      await expect(load('a\n1\n', { table })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(load(`${'x'.repeat(65)}\n1\n`, { table: 'cut' })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('is created in the requested database', async () => {
    await ask(`CREATE DATABASE \`odd db\`; GRANT ${documentedRights} ON \`odd db\`.* TO pipewright@'127.0.0.1'`);
    await load('a\n1\n', { table: 'placed', schema: 'odd db', loadKey: 'once' });
    await load('a\n2\n', { table: 'placed', schema: 'odd db', mode: 'upsert', key: ['a'] });
    expect(await ask('SELECT a FROM `odd db`.placed')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await ask('SELECT status FROM `odd db`.pipewright_loads')).toEqual([{ status: 'done' }]);
    await expect(load('a\n1\n', { table: 'placed', schema: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('distinguishes keys that a collation would treat as the same, and has an index for the next upsert', async () => {
    const upsert = { table: 'keyed', mode: 'upsert', key: ['policy'] } as const;
    const long = 'x'.repeat(300);
    expect(await load(`policy,paid\na1,1\nA1,2\ná1,3\n`, upsert)).toMatchObject({ inserted: 3 });
    expect((await column('keyed', 'policy', 'paid')).type).toBe('varchar(255)');
    expect(await load(`policy,paid\nA1,5\nb,6\n`, upsert)).toMatchObject({ updated: 1, inserted: 1 });
    expect((await ask('SELECT policy, paid FROM keyed ORDER BY paid')).map(({ policy }) => policy)).toEqual([
      'a1',
      'á1',
      'A1',
      'b',
    ]);
    expect(
      await ask(
        "SELECT column_name AS name FROM information_schema.statistics WHERE table_schema = database() AND table_name = 'keyed'",
      ),
    ).toEqual([{ name: 'policy' }]);
    await load(`policy,paid\n${long}1,1\n${long}2,2\n`, { ...upsert, table: 'keyed_long' });
    expect(await load(`policy,paid\n${long}2,3\n`, { ...upsert, table: 'keyed_long' })).toMatchObject({
      updated: 1,
      inserted: 0,
    });
  });
});

function withoutZeros(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}
