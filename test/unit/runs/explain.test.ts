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
const told = (changes: Partial<Run>): string | undefined => explain(run(changes)).explanation;

describe('The explanation of a run', () => {
  it('is not there while it goes on, nor when it succeeded', () => {
    expect([told({ status: 'running' }), told({ status: 'succeeded' }), told({ status: 'unknown' })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says which step failed, the reason of the vendor with its code, and what to do', () => {
    expect(
      told({
        steps: [
          step('Fetch', { status: 'succeeded' }),
          step('Copy', { code: '2200', message: 'Login failed for\n user sa.' }),
        ],
      }),
    ).toBe(
      'The run of load failed at “Copy”: Login failed for user sa (code 2200). Check the log-in that the step uses: its user name and secret may be wrong or have run out.',
    );
  });

  it('begins with the step that ended first, or with a part of a step, not with what failed because of it', () => {
    const late = step('Publish', { finishedAt: '2026-11-20T08:05:00Z', message: 'late' });
    const early = step('Copy', { finishedAt: '2026-11-20T08:04:00Z', message: 'early' });
    expect(told({ steps: [late, early] })).toContain('at “Copy”: early');
    expect(told({ steps: [late, early, step('fct_claims', { message: 'model' })] })).toContain(
      'at “fct_claims”: model',
    );
  });

  it('says something to do also when the vendor says nothing', () => {
    expect(told({})).toBe(
      'The run of load failed. Look at the step on the page of the run, put the cause right, and run it again.',
    );
    expect(told({ status: 'cancelled' })).toBe(
      'The run of load was cancelled. If nobody meant to stop it, run it again.',
    );
    expect(told({ status: 'timed-out' })).toContain('took too long and was ended');
  });

  it('holds no token, no query of an address, and no endless message', () => {
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

  it('comes as Markdown and as a block of Slack, in which nothing of the vendor is taken for mark-up', () => {
    const { explanationMarkdown, explanationBlocks } = explain(
      run({
        name: 'load_*all*',
        url: 'https://vendor.example/runs/1',
        durationSeconds: 148,
        steps: [step('Copy <a>', { message: 'a & b' })],
      }),
    );
    expect(explanationMarkdown).toBe(
      '**load\\_\\*all\\* failed** at _Copy \\<a\\>_ after 2 min 28 s.\n\n> a & b\n\nLook at the step on the page of the run, put the cause right, and run it again.\n\n[Open the run in Test Service](https://vendor.example/runs/1)',
    );
    expect(explanationBlocks).toEqual([
      {
        type: 'section',
        text: { type: 'mrkdwn', text: expect.stringContaining('_Copy &lt;a&gt;_ after 2 min 28 s.\n>a &amp; b\n') },
      },
    ]);
    expect(JSON.stringify(explanationBlocks)).toContain('<https://vendor.example/runs/1|Open the run in Test Service>');
  });
});

it.each([
  ['java.lang.OutOfMemoryError: Java heap space', 'more memory'],
  ["Login failed for user 'sa'", 'log-in'],
  ['AuthorizationFailed: does not have permission', 'right that it lacks'],
  ["The container 'exports' does not exist.", 'exists'],
  ['relation "raw.claims" does not exist', 'exists'],
  ['column "amount" does not exist', 'column is missing'],
  ['The request timed out after 100 seconds', 'took longer'],
  ['Transaction was deadlocked on lock resources', 'Another job'],
  ['duplicate key value violates unique constraint "pk"', 'same key'],
  ['Cannot connect to SQL database', 'could not be reached'],
  ['429 Too Many Requests', 'too busy'],
  ["invalid input syntax for type integer: 'x'", 'does not fit'],
  ['No space left on device', 'disk is full'],
  ['something else altogether', 'page of the run'],
])('the advice for “%s” is about it', (message, advice) => {
  expect(adviceFor(message, [])).toContain(advice);
});

it('the advice of the service comes before that for all', () => {
  expect(adviceFor('Login failed', [{ pattern: /login/i, advice: 'Ours.' }])).toBe('Ours.');
});
