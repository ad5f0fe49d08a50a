import { runCard } from '../../../shared/src/services/slack/run-card.ts';
import { slack } from '../../../shared/src/services/slack/service.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import type { Host, StoredFile } from '../../../shared/src/host/host.ts';
import { operate } from '../operate.ts';

let sandbox: Sandbox;
let host: Host;
let saved: Buffer | undefined;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());
beforeEach(() => {
  sandbox.control.reset();
  const files = {
    ...nodeHost().files,
    async save({ bytes }: { bytes: AsyncIterable<Uint8Array> }): Promise<StoredFile> {
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(piece);
      saved = Buffer.concat(pieces);
      return { name: 'saved' };
    },
  };
  host = { ...nodeHost(), files };
});

const at = (seconds: number): string => new Date(Date.parse('2026-11-20T08:00:00Z') + seconds * 1000).toISOString();
const running = {
  id: '42',
  service: 'Databricks',
  name: 'Monthly <report>',
  status: 'running',
  url: 'https://adb.example/runs/42',
  steps: [
    { name: 'extract', status: 'succeeded', startedAt: at(0), finishedAt: at(30) },
    { name: 'report', status: 'running', startedAt: at(30) },
  ],
};
const failed = {
  ...running,
  status: 'failed',
  durationSeconds: 410,
  startedAt: at(0),
  finishedAt: at(410),
  explanation: 'The run failed at “report”: no data. Check it.',
  steps: [...running.steps.slice(0, 1), { name: 'report', status: 'failed', startedAt: at(30), finishedAt: at(410) }],
};
const connection = () => ({ botToken: sandbox.accounts.slack.botToken, address: sandbox.addresses.slack });
const post = (typed: Record<string, unknown>, own = host) =>
  operate(slack, 'postRunCard', { channel: 'data-team', ...typed }, own, connection());
const messages = () => sandbox.control.log().slack.messages;

describe('Post Run Card', () => {
  it('posts one message and updates it', async () => {
    const first = await post({ run: running });
    expect(first).toMatchObject({ updated: false });
    const second = await post({ run: failed });
    expect(second).toMatchObject({ id: first['id'], updated: true });
    expect(messages()).toHaveLength(1);
    expect(messages()[0]).toMatchObject({ edited: true, text: 'Monthly <report> failed' });
    expect(JSON.stringify(messages()[0])).toContain('1 of 2 steps succeeded');
    expect(JSON.stringify(messages()[0])).toContain('6 min 50 s');
  });

  it('finds the card by its timestamp, and posts a new one if it was deleted', async () => {
    const first = await post({ run: running });
    expect(await post({ run: failed, card: first['id'] }, { ...host, ...nodeHost() })).toMatchObject({
      id: first['id'],
      updated: true,
    });
    sandbox.control.reset();
    expect(await post({ run: failed })).toMatchObject({ updated: false });
    expect(messages()).toHaveLength(1);
  });

  it('posts one card per run and channel', async () => {
    await post({ run: running });
    await post({ run: { ...running, id: '43' } });
    await post({ run: running, channel: 'general' });
    expect(messages()).toHaveLength(3);
  });

  it('posts the timeline in the thread once the run has finished', async () => {
    const { id } = await post({ run: running, timeline: true });
    expect(sandbox.control.log().slack.files).toHaveLength(0);
    await post({ run: failed, timeline: true });
    expect(sandbox.control.log().slack.files).toMatchObject([
      { name: 'timeline.png', shared: true, title: 'Timeline of Monthly <report>' },
    ]);
    expect(messages()[1]).toMatchObject({ threadTs: id });
  });

  it('accepts single values, as Zapier passes them', async () => {
    await post({
      runId: '42',
      runName: 'Monthly report',
      runStatus: 'succeeded',
      runSeconds: '148',
      runUrl: 'https://adb.example/runs/42',
    });
    expect(messages()[0]?.text).toBe('Monthly report succeeded');
    expect(JSON.stringify(messages()[0]?.blocks)).toContain('2 min 28 s');
  });

  it.each([{}, { run: { name: 'load' } }, { run: '{"status":"failed"}' }, { run: [1] }, { runName: 'load' }])(
    'rejects input that is not a run: %j',
    async (typed) => {
      await expect(post(typed)).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('not a run'),
      });
      expect(messages()).toHaveLength(0);
    },
  );

  it('adds buttons to open and rerun a failed run, and escapes vendor text', () => {
    const card = runCard(
      { ...failed, status: 'failed', vendorStatus: '', parameters: {}, steps: [] } as never,
      'https://n8n.example/form/rerun',
    );
    expect(card.blocks.at(-1)).toMatchObject({
      type: 'actions',
      elements: [{ text: { text: 'Open Run' }, url: 'https://adb.example/runs/42' }, { text: { text: 'Run Again' } }],
    });
    expect(JSON.stringify(card.blocks)).toContain('Monthly &lt;report&gt;');
    expect(
      JSON.stringify(runCard({ ...running, vendorStatus: '', parameters: {} } as never, 'https://x').blocks),
    ).not.toContain('Run Again');
  });

  it('never links to URLs that are not http(s)', async () => {
    await post({ run: { ...failed, url: 'javascript:alert(1)' } });
    expect(JSON.stringify(messages())).not.toContain('javascript');
  });
});

describe('Draw Run Timeline', () => {
  const draw = async (run: unknown) => {
    await operate(slack, 'drawRunTimeline', { run }, host, connection());
    return saved ?? Buffer.alloc(0);
  };
  const size = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

  it('draws one row per step', async () => {
    const png = await draw(failed);
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(size(await draw({ ...failed, steps: [...failed.steps, ...failed.steps] }))[1]).toBe(
      (size(png)[1] ?? 0) + 2 * 26,
    );
  });

  it.each([
    ['without steps', { steps: [] }],
    ['that is active', { status: 'running', finishedAt: undefined }],
    ['whose steps have no timestamps', { steps: [{ name: 'a', status: 'succeeded' }], startedAt: undefined }],
    [
      'of zero duration',
      { finishedAt: at(0), steps: [{ name: 'a', status: 'succeeded', startedAt: at(0), finishedAt: at(0) }] },
    ],
    ['that lasted for weeks', { finishedAt: at(3_000_000) }],
    [
      'with invalid timestamps',
      { startedAt: 'soon', finishedAt: 'later', steps: [{ name: 'a', status: 'succeeded', startedAt: 'x' }] },
    ],
  ])('draws a run %s', async (_case, changes) => {
    const png = await draw({ ...failed, ...changes });
    expect(size(png)[0]).toBe(960);
    expect(size(png)[1]).toBeLessThan(2_000);
  });
});
