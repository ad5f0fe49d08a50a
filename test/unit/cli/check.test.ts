import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { callCli } from './call-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const rules = write('rules.txt', '# Rules for claims\nrows >= 1\n\npolicy is unique\n');

describe('pipewright check', () => {
  it('exits with 0 and lists the rules when all of them pass', async () => {
    const { code, out } = await callCli('check', '--from', write('good.csv', 'policy\nP-1\nP-2\n'), '--rules', rules);
    expect({ code, out }).toEqual({ code: 0, out: 'passed  rows >= 1\npassed  policy is unique\n' });
  });

  it('exits with 1 and reports the first row that fails each rule', async () => {
    const { code, out, err } = await callCli(
      'check',
      '--from',
      write('bad.csv', 'policy;year\nP-1;1\nP-1;2\n'),
      '--rules',
      rules,
      '--delimiter',
      ';',
    );
    expect(code).toBe(1);
    expect(out).toContain('failed  policy is unique: Line 3: “P-1” is also in an earlier row. (1 row)');
    expect(err).toBe('1 of 2 rules failed for a dataset of 2 rows.\n');
  });

  it('uses the singular for one rule and one row, and reports an unreadable rules file', async () => {
    const one = write('one.txt', 'policy >= 5\n');
    const from = write('one.csv', 'policy\n1\n');
    expect((await callCli('check', '--from', from, '--rules', one)).err).toBe(
      '1 of 1 rule failed for a dataset of 1 row.\n',
    );
    expect(await callCli('check', '--from', from, '--rules', join(folder, 'missing'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('--rules must be a readable file.'),
    });
  });

  it('reads JSON Lines and prints JSON with --json', async () => {
    const { code, out } = await callCli(
      'check',
      '--from',
      write('good.jsonl', '{"policy":"P-1"}\n'),
      '--rules',
      rules,
      '--format',
      'json-lines',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ passed: true, rows: 1, results: [{ passed: true }, { passed: true }] });
  });

  it('reads the file of a ZIP that --file-in-zip names', async () => {
    const zip = write(
      'claims.zip',
      zipSync({ 'a.csv': Buffer.from('policy\nP-1\n'), 'b.csv': Buffer.from('policy\n') }),
    );
    expect(await callCli('check', '--from', zip, '--rules', rules, '--file-in-zip', 'a.csv')).toMatchObject({
      code: 0,
    });
    expect((await callCli('check', '--from', zip, '--rules', rules)).err).toContain('“a.csv”, “b.csv”');
  });

  it('exits with 2 for invalid usage', async () => {
    expect((await callCli('check', '--from', 'x.csv')).code).toBe(2);
    expect(
      (await callCli('check', '--from', write('x.csv', 'a\n1\n'), '--rules', rules, '--format', 'xml')).err,
    ).toContain('--format must be one of: csv, json-lines.');
  });
});
