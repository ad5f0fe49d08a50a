import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../../shared/src/runs/run.ts', import.meta.url));
const texts = {
  '2026-11-20T08:00:01.57': '2026-11-20T08:00:01.570Z',
  '2026-11-20 08:00:01': '2026-11-20T08:00:01.000Z',
  '2026-11-20 08:00:01.1234567': '2026-11-20T08:00:01.123Z',
  '2026-11-20T08:00:01Z': '2026-11-20T08:00:01.000Z',
  '2026-11-20T08:00:01+02:00': '2026-11-20T06:00:01.000Z',
  '2026-11-20 08:00:01-05:00': '2026-11-20T13:00:01.000Z',
};

describe('A timestamp of a service that writes UTC', () => {
  it.each(['Pacific/Auckland', 'America/New_York'])('is the same on a machine in %s', (zone) => {
    const code = `import { parseUtcTimestamp } from ${JSON.stringify(source)};
      console.log(JSON.stringify(${JSON.stringify(Object.keys(texts))}.map((text) => parseUtcTimestamp(text))));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
      env: { ...process.env, TZ: zone, NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual(Object.values(texts));
  });
});
