import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from '../../../scripts/generate/pipelines/activities.ts';
import { evaluateAfter, type Values } from './sql-text.ts';
import { flat, pipelines, pipelinesFolder } from './templates.ts';

interface Script {
  text: string;
  parameters: { name: string; type: string }[];
}

const scriptsOf = ({ typeProperties }: Activity): Script[] => (typeProperties as { scripts?: Script[] }).scripts ?? [];
const sql = readFileSync(join(pipelinesFolder, 'publish-rows.sql'), 'utf8');
const scripts = pipelines.flatMap(([title, { properties }]) =>
  flat(properties.activities).flatMap((activity) =>
    scriptsOf(activity).map((script): [string, Script] => [`${title}: ${activity.name}`, script]),
  ),
);

/** The code of a script without comments and texts. */
const code = (text: string): string => text.replace(/--.*$/gm, '').replace(/N?'(?:[^']|'')*'/g, "''");

describe.each(scripts)('The script of %s', (_title, { text, parameters }) => {
  it('passes every variable that it does not declare as a parameter', () => {
    const used = new Set([...code(text).matchAll(/@(\w+)/g)].map(([, name]) => name));
    const declared = [...code(text).matchAll(/DECLARE\s+@(\w+)/g)].map(([, name]) => name);
    // The first of `@problem = @problem OUTPUT` is a parameter of the statement, with the name of the variable.
    expect([...used].filter((name) => !declared.includes(name)).sort()).toEqual(
      parameters.map(({ name }) => name).sort(),
    );
  });

  it('is not an expression of the service, and contains none', () => {
    expect(text.startsWith('@')).toBe(false);
    expect(text).not.toContain('@{');
  });

  it('quotes every name in the statements that it builds', () => {
    const statements = text.replace(/--.*$/gm, '').matchAll(/CONCAT\(.*@(?:schema|table|staging)\b.*\)/g);
    for (const [statement] of statements)
      expect(statement.replace(/QUOTENAME\(@\w+\)/g, '')).not.toMatch(/@(schema|table|staging)\b/);
  });
});

describe('docs/pipelines/publish-rows.sql', () => {
  it('is the script of each pipeline that loads a dataset', () => {
    const published = scripts.filter(([title]) => title.endsWith('Publish rows')).map(([, { text }]) => text);
    expect(published).toEqual([sql, sql, sql]);
  });

  it('gives each error a number of its own', () => {
    const numbers = [...sql.matchAll(/THROW (\d{5}),/g)].map(([, number]) => number);
    expect(numbers.length).toBeGreaterThan(8);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('changes the table in one transaction that also drops the staging table', () => {
    const begin = [...sql.matchAll(/BEGIN TRANSACTION/g)].map(({ index }) => index);
    const commit = sql.indexOf('COMMIT TRANSACTION');
    expect(begin).toHaveLength(2);
    for (const change of [/DELETE FROM /g, /UPDATE t SET /g, /INSERT INTO ', @target/g])
      for (const { index } of sql.matchAll(change))
        expect(begin.some((start) => start < index) && index < commit).toBe(true);
    expect(sql.slice(0, commit)).toMatch(/DROP TABLE ', @source, N'; $/);
    expect(sql).toContain('SET XACT_ABORT ON');
  });
});

/** A column of the table: its type as the catalog describes it. */
interface TableColumn {
  name: string;
  type: string;
  precision?: string;
  scale?: string;
  collation?: string;
}

/** The condition that finds values of a column that the table would store differently; undefined for refused types. */
function changesOf({ name, type, precision = '0', scale = '0', collation }: TableColumn): string | undefined {
  const catalog: Values = {
    's.name': name,
    'y.name': type,
    't.precision': precision,
    't.scale': scale,
    't.collation_name': collation,
  };
  const [, quoted, declared, widest, changes] = evaluateAfter(
    sql,
    'INSERT INTO @column (name, quoted, type, widest, changes)\nSELECT',
    catalog,
  );
  return widest === undefined ? changes : evaluateAfter(sql, 'SET changes =', { quoted, type: declared, widest })[0];
}

describe('The values that the script refuses', () => {
  it('are decimals with more places than the column, and numbers that are none', () => {
    expect(changesOf({ name: 'amount', type: 'decimal', precision: '10', scale: '2' })).toBe(
      "[amount] IS NOT NULL AND (TRY_CONVERT(decimal(38, 18), [amount]) IS NULL OR TRY_CONVERT(decimal(10, 2), [amount]) IS NULL OR TRY_CONVERT(decimal(38, 18), [amount]) <> TRY_CONVERT(decimal(10, 2), [amount]) OR [amount] LIKE N'%.__________________%[1-9]%')",
    );
    expect(changesOf({ name: 'n', type: 'int' })).toContain('TRY_CONVERT(int, [n]) IS NULL');
  });

  it('are digits after the 18th decimal place, which both conversions round away', () => {
    const condition = changesOf({ name: 'amount', type: 'decimal', precision: '38', scale: '18' }) ?? '';
    const [, places = ''] = /LIKE N'%\.(_+)%\[1-9\]%'/.exec(condition) ?? [];
    const refused = new RegExp(`\\.${'.'.repeat(places.length)}.*[1-9]`);
    expect(refused.test(`0.${'1'.repeat(18)}000`)).toBe(false);
    expect(refused.test(`0.${'0'.repeat(18)}1`)).toBe(true);
    expect(refused.test(`-12.5${'0'.repeat(20)}7`)).toBe(true);
    expect(refused.test('123456789012345678901')).toBe(false);
  });

  it('are timestamps in date columns, time zones in columns without one and the reverse, and dates in time columns', () => {
    const zone = "([day] LIKE N'%Z' OR [day] LIKE N'%[+-][0-9][0-9]:[0-9][0-9]'))";
    const date = changesOf({ name: 'day', type: 'date' });
    expect(date).toContain('TRY_CONVERT(datetimeoffset(7), [day]) <> TRY_CONVERT(date, [day])');
    expect(date).toContain(`%' OR ${zone}`);
    expect(changesOf({ name: 'day', type: 'datetimeoffset', scale: '3' })).toContain(`%' OR NOT ${zone}`);
    expect(changesOf({ name: 'at', type: 'time', scale: '7' })).toContain("OR [at] LIKE N'%-%')");
  });

  it('are not milliseconds that a datetime stores, which other types show with more digits', () => {
    const conversion = 'CONVERT(nvarchar(23), TRY_CONVERT(datetime, [at]), 121)';
    expect(changesOf({ name: 'at', type: 'datetime' })).toContain(
      `TRY_CONVERT(datetimeoffset(7), [at]) <> ${conversion} OR`,
    );
    expect(changesOf({ name: 'at', type: 'datetime2', scale: '3' })).not.toContain('nvarchar(23)');
  });

  it('are characters that the code page of a column lacks', () => {
    expect(changesOf({ name: 'v', type: 'varchar', collation: 'Latin1_General_CI_AS' })).toBe(
      'CONVERT(nvarchar(max), CONVERT(varchar(max), [v] COLLATE Latin1_General_CI_AS)) COLLATE Latin1_General_BIN2 <> [v] COLLATE Latin1_General_BIN2',
    );
  });

  it('are all values of types that no text fits exactly', () => {
    for (const type of ['xml', 'varbinary', 'text', 'sql_variant', 'timestamp', 'json'])
      expect([type, changesOf({ name: 'x', type })]).toEqual([type, undefined]);
    for (const type of ['nvarchar', 'nchar']) expect(changesOf({ name: 'x', type })).toBe('1 = 0');
  });

  it('are found in columns of any name', () => {
    expect(changesOf({ name: "o'br]ien", type: 'bit' })).toBe(
      "LOWER([o'br]]ien]) NOT IN (N'0', N'1', N'true', N'false')",
    );
    const values = { name: "o'br]ien", type: 'bit', quoted: "[o'br]]ien]", '@source': '[dbo].[s]', changes: '1 = 0' };
    expect(evaluateAfter(sql, 'SELECT @sql = STRING_AGG(CONVERT(nvarchar(max), ', values)[0]).toBe(
      "SELECT N'o''br]ien' AS name, N'bit' AS type, MIN(LEFT([o'br]]ien], 100)) AS value FROM [dbo].[s] WHERE 1 = 0 HAVING COUNT_BIG(*) > 0",
    );
  });
});

describe('The statements that publish the rows', () => {
  const names = { '@target': '[dbo].[claims]', '@source': '[dbo].[staging]', '@columns': '[id], [paid]' };
  const key = { '@keyed': '[id]', '@match': 't.[id] = s.[id]', '@missing': '[id] IS NULL' };
  const typed =
    'SELECT [id], [paid] INTO #typed FROM [dbo].[claims] WHERE 1 = 0 UNION ALL SELECT [id], [paid] FROM [dbo].[claims] WHERE 1 = 0; ' +
    'INSERT INTO #typed ([id], [paid]) SELECT [id], [paid] FROM [dbo].[staging]; ';
  const [converted] = evaluateAfter(sql, 'an identity column.\nSET @sql =', names);
  /** The whole statement; `published` is what comes after the conversion. */
  const statement = (start: string, values: Values = {}): string => {
    const [published] = evaluateAfter(sql, start, { ...names, ...key, '@sql': converted, ...values });
    const end = sql.slice(sql.indexOf("CONCAT(@sql, N'DROP TABLE "));
    return String(evaluateAfter(end, '', { ...names, '@sql': published })[0]).slice(typed.length);
  };
  const replace = () => statement("IF @mode = N'replace'\n    SET @sql =");
  const upsert = (updates?: string) => statement('ELSE\n    SET @sql =', { '@updates': updates });

  it('convert all rows before they lock the table', () => {
    expect(converted).toBe(typed);
  });

  it('replace all rows', () => {
    expect(replace()).toBe(
      'BEGIN TRANSACTION; DELETE FROM [dbo].[claims] WITH (TABLOCKX, HOLDLOCK); ' +
        'INSERT INTO [dbo].[claims] ([id], [paid]) SELECT [id], [paid] FROM #typed; ' +
        "IF (SELECT COUNT_BIG(*) FROM [dbo].[claims]) <> @expected THROW 50010, N'The table does not contain the rows of the dataset: a trigger may have changed them.', 1; " +
        'DROP TABLE [dbo].[staging]; COMMIT TRANSACTION;',
    );
  });

  it('update rows with the same key and add the others', () => {
    const text = upsert('t.[paid] = s.[paid]');
    expect(text).toMatch(/^IF EXISTS \(SELECT 1 FROM #typed WHERE \[id\] IS NULL\) THROW 50011, /);
    expect(text).toContain('CREATE UNIQUE CLUSTERED INDEX one_row_per_key ON #typed ([id]); BEGIN TRANSACTION; ');
    expect(text).toContain(
      'UPDATE t SET t.[paid] = s.[paid] FROM [dbo].[claims] AS t WITH (TABLOCKX, HOLDLOCK) INNER JOIN #typed AS s ON t.[id] = s.[id]; ',
    );
    expect(text).toContain(
      'SELECT [id], [paid] FROM #typed AS s WHERE NOT EXISTS (SELECT 1 FROM [dbo].[claims] AS t WHERE t.[id] = s.[id]); ',
    );
    expect(text).toMatch(/, 1; DROP TABLE \[dbo\]\.\[staging\]; COMMIT TRANSACTION;$/);
  });

  it('update nothing if all columns are keys', () => {
    expect(upsert()).not.toContain('UPDATE');
  });
});
