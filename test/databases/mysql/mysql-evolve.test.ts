import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

describe.each(mysqlProducts)('A table of %s that evolves', (_product, start) => {
  const { ask, load } = useMysql(start);
  const evolve = { mode: 'append', onSchemaChange: 'evolve' } as const;
  const definition = async (table: string): Promise<string> =>
    String((await ask(`SHOW CREATE TABLE \`${table}\``))[0]?.['Create Table']);

  it('keeps the rest of the definition of a widened column', async () => {
    await ask(
      "CREATE TABLE evolving (id int NOT NULL DEFAULT 7 COMMENT 'the id, of old', `b ``q``` smallint unsigned COMMENT 'x', since datetime)",
    );
    await load('id,b `q`\n1.5,2\n3,70000.5\n', { table: 'evolving', ...evolve });
    expect((await definition('evolving')).replace("'7.0'", '7.0')).toContain(
      "`id` decimal(38,1) NOT NULL DEFAULT 7.0 COMMENT 'the id, of old'",
    );
    expect(await definition('evolving')).toContain("`b ``q``` decimal(38,1) DEFAULT NULL COMMENT 'x'");
    await load('since,b `q`\nsoon,1\n', { table: 'evolving', ...evolve });
    expect((await ask('SELECT id, `b ``q``` AS b, since FROM evolving')).map((row) => Object.values(row))).toEqual([
      ['1.5', '2.0', null],
      ['3.0', '70000.5', null],
      ['7.0', '1.0', 'soon'],
    ]);
  });

  it('keeps the character set and collation of its columns, and adds columns in utf8mb4', async () => {
    await ask(
      'CREATE TABLE latin (id int PRIMARY KEY, name varchar(20) CHARACTER SET latin1) DEFAULT CHARACTER SET latin1',
    );
    await load('id,name,more\n1,Müller,東京 😀\n', { table: 'latin', ...evolve });
    await load('id,name,more\n1,Möller,\n2,X,y\n', { table: 'latin', ...evolve, mode: 'upsert', key: ['id'] });
    expect(await ask('SELECT * FROM latin ORDER BY id')).toEqual([
      { id: 1, name: 'Möller', more: null },
      { id: 2, name: 'X', more: 'y' },
    ]);
    await expect(load('id,name\n3,東京\n', { table: 'latin', ...evolve })).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  it.each([
    ['a key already exists', 'id,name,more\n1,again,1\n', 'conflict'],
    ['a key must become text', 'id,name\nx,y\n', 'invalid-input'],
    ['a boolean must become text', 'id,flag\n5,maybe\n', 'invalid-input'],
    ['a required value is missing', 'id,name,more\n5,,1\n', 'invalid-input'],
  ])('is unchanged when %s', async (_case, csv, code) => {
    await ask(
      "DROP TABLE IF EXISTS still_the_same; CREATE TABLE still_the_same (id int PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', flag tinyint(1)); INSERT INTO still_the_same VALUES (1, 'old', 1)",
    );
    const before = await definition('still_the_same');
    await expect(load(csv, { table: 'still_the_same', ...evolve })).rejects.toMatchObject({ code });
    expect(await definition('still_the_same')).toBe(before);
    expect(await ask('SELECT * FROM still_the_same')).toEqual([{ id: 1, name: 'old', flag: 1 }]);
  });
});
