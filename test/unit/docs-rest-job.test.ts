import { readFileSync } from 'node:fs';
import { describeField } from '../../shared/src/define/fields.ts';
import { presetNames, presetOf } from '../../shared/src/services/rest-job/presets.ts';
import { runJob } from '../../shared/src/services/rest-job/run-job.ts';

const page = readFileSync('docs/rest-job.md', 'utf8');
const { tool } = runJob.input;
const options = tool ? (describeField(tool).options ?? []) : [];

/** The rows of the table below a heading, by their first cell. */
function tableBelow(heading: string): Map<string, string[]> {
  const section = page.slice(page.indexOf(`${heading}\n`)).split('\n#')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return new Map(rows.map(([name = '', ...cells]) => [name, cells]));
}

describe('docs/rest-job.md', () => {
  const tools = tableBelow('## Tools');
  const verified = tableBelow('### What is verified');

  it('describes every tool of the form, and says what is verified of it', () => {
    const labels = options.filter(({ value }) => value !== 'custom').map(({ label }) => String(label));
    expect(labels).toHaveLength(presetNames.length);
    expect([...tools.keys()].sort()).toEqual([...labels].sort());
    expect([...verified.keys()].sort()).toEqual([...labels].sort());
    for (const [name, cells] of verified) expect([name, cells.every((cell) => cell.length > 20)]).toEqual([name, true]);
  });

  it.each(presetNames)('has the base URL, Job ID and cancellation of %s as the preset has them', (name) => {
    const preset = presetOf(name);
    const label = String(options.find(({ value }) => value === name)?.label);
    const [baseUrl = '', authentication = '', job = '', , cancel = ''] = tools.get(label) ?? [];
    const [address] = /https?:\/\/[^\s,]+/.exec(preset.description) ?? [];
    if (address) expect(baseUrl).toContain(`\`${address}\``);
    const [method = ''] = /basic auth|bearer token|user login|application/.exec(preset.description) ?? [];
    expect(authentication.toLowerCase()).toContain(method);
    expect(job.replaceAll('`', '')).toBe(preset.asks.job);
    expect([name, cancel === 'No']).toEqual([name, preset.cancel === undefined]);
  });
});
