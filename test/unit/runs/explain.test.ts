import { explain } from '../../../shared/src/runs/explain.ts';
import { adviceFor } from '../../../shared/src/runs/known-causes.ts';
import type { Run, Step } from '../../../shared/src/runs/run.ts';

const run = (changes: Partial<Run>): Run => ({
  id: '1',
  service: 'Test Service',
  name: 'load',
  status: 'failed',
  vendorStatus: 'Failed',
  parameters: {},
  steps: [],
  ...changes,
});
const step = (name: string, changes: Partial<Step> = {}): Step => ({ name, status: 'failed', ...changes });
const explanationOf = (changes: Partial<Run>): string | undefined => explain(run(changes)).explanation;

describe('explain', () => {
  it('returns nothing for a run that is active or succeeded', () => {
    expect([
      explanationOf({ status: 'running' }),
      explanationOf({ status: 'succeeded' }),
      explanationOf({ status: 'unknown' }),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('names the failed step, the vendor’s message and code, and what to do', () => {
    expect(
      explanationOf({
        steps: [
          step('Fetch', { status: 'succeeded' }),
          step('Copy', { code: '2200', message: 'Login failed for\n user sa.' }),
        ],
      }),
    ).toBe(
      'The run of load failed at “Copy”: Login failed for user sa (code 2200). Check the login that the step uses: its user name or secret may be wrong or expired.',
    );
  });

  it('names the step that ended first, or the failed part of a step, not its consequences', () => {
    const late = step('Publish', { finishedAt: '2026-11-20T08:05:00Z', message: 'late' });
    const early = step('Copy', { finishedAt: '2026-11-20T08:04:00Z', message: 'early' });
    expect(explanationOf({ steps: [late, early] })).toContain('at “Copy”: early');
    expect(explanationOf({ steps: [late, early, step('fct_claims', { message: 'model' })] })).toContain(
      'at “fct_claims”: model',
    );
  });

  it('returns advice if the vendor returns no message', () => {
    expect(explanationOf({})).toBe(
      'The run of load failed. Open the run to see why the step failed, fix the cause, then run it again.',
    );
    expect(explanationOf({ status: 'cancelled' })).toBe(
      'The run of load was canceled. If it was canceled by mistake, run it again.',
    );
    expect(explanationOf({ status: 'timed-out' })).toContain('timed out');
  });

  it('redacts tokens and URL queries, and shortens long messages', () => {
    const explained = JSON.stringify(
      explain(
        run({
          steps: [
            step('Copy', {
              message: `GET https://lake.example/x?sig=abcdef failed with Bearer abcdefghijklmnop ${'word '.repeat(500)}`,
            }),
          ],
        }),
      ),
    );
    expect(explained).not.toMatch(/abcdef/);
    expect(explained.length).toBeLessThan(2_500);
  });

  it('escapes vendor text in Markdown', () => {
    const { explanationMarkdown } = explain(
      run({
        name: 'load_*all*',
        url: 'https://vendor.example/runs/1',
        durationSeconds: 148,
        steps: [step('Copy <a>', { message: 'a & b' })],
      }),
    );
    expect(explanationMarkdown).toBe(
      '**load\\_\\*all\\* failed** at _Copy \\<a\\>_ after 2 min 28 s.\n\n> a & b\n\nOpen the run to see why the step failed, fix the cause, then run it again.\n\n[Open the run in Test Service](https://vendor.example/runs/1)',
    );
  });
});

it.each([
  ['java.lang.OutOfMemoryError: Java heap space', 'out of memory'],
  ["Login failed for user 'sa'", 'login'],
  ['AuthorizationFailed: does not have permission', 'missing permission'],
  ["The container 'exports' does not exist.", 'exists'],
  ['relation "raw.claims" does not exist', 'exists'],
  ['column "amount" does not exist', 'column is missing'],
  ['The request timed out after 100 seconds', 'time limit'],
  ['Transaction was deadlocked on lock resources', 'Another job'],
  ['duplicate key value violates unique constraint "pk"', 'duplicate keys'],
  ['Cannot connect to SQL database', 'could not connect'],
  ['429 Too Many Requests', 'throttled'],
  ["invalid input syntax for type integer: 'x'", 'does not match'],
  ['No space left on device', 'disk is full'],
  ['something else altogether', 'Open the run'],
])('adviceFor(“%s”) matches the cause', (message, advice) => {
  expect(adviceFor(message, [])).toContain(advice);
});

it('adviceFor prefers the causes of the service', () => {
  expect(adviceFor('Login failed', [{ pattern: /login/i, advice: 'Ours.' }])).toBe('Ours.');
});
