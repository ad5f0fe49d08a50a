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
const rules = write('rules.txt', '# what claims must be\nrows >= 1\n\npolicy is unique\n');

describe('pipewright check', () => {
  it('ends with 0 when every rule is met, and tells each', async () => {
    const { code, out } = await callCli('check', '--from', write('good.csv', 'policy\nP-1\nP-2\n'), '--rules', rules);
    expect({ code, out }).toEqual({ code: 0, out: 'ok      rows >= 1\nok      policy is unique\n' });
  });

  it('ends with 1 and says which row breaks which rule', async () => {
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
    expect(out).toContain('broken  policy is unique: Row 2: “P-1” is also in an earlier row. (1)');
    expect(err).toBe('The dataset of 2 rows breaks 1 of 2 rules.\n');
  });

  it('reads JSON Lines, and prints JSON for programs', async () => {
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

  it('reads the file in a ZIP that is named', async () => {
    const zip = write(
      'claims.zip',
      zipSync({ 'a.csv': Buffer.from('policy\nP-1\n'), 'b.csv': Buffer.from('policy\n') }),
    );
    expect(await callCli('check', '--from', zip, '--rules', rules, '--file-in-zip', 'a.csv')).toMatchObject({
      code: 0,
    });
    expect((await callCli('check', '--from', zip, '--rules', rules)).err).toContain('“a.csv”, “b.csv”');
  });

  it('ends with 2 when it is called wrongly', async () => {
    expect((await callCli('check', '--from', 'x.csv')).code).toBe(2);
    expect(
      (await callCli('check', '--from', write('x.csv', 'a\n1\n'), '--rules', rules, '--format', 'xml')).err,
    ).toContain('--format must be one of csv, json-lines.');
  });
});
