import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Activity } from '../../../scripts/generate/pipelines/activities.ts';
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
