import { zapsOf } from '../../e2e/flows/zaps.ts';
import { agreedSecret } from '../../e2e/flows/cases/load-updated-dataset.ts';
import { restJobAccount } from '../../doubles/rest-job/account.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { fastClock } from '../../support/zapier-runtime/fast-clock.ts';
import { runZap, startZap, type ZapRun, type ZapStep } from '../../support/zapier-runtime/zap.ts';
import { startZapierBackend, type ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import { builtZip } from './built-zip.ts';
import { groupsOf } from './sandbox-accounts.ts';

/** How much faster time passes for the app; every run takes 90 of its seconds. */
const factor = 10;
const runningMilliseconds = 90_000 / factor;
/** Zapier waits at least 30 seconds before it runs a step again. */
const longestThrottleMs = 30_000 / factor;

let sandbox: Sandbox;
let zapier: ZapierBackend;
let zaps: ReturnType<typeof zapsOf>;
let authData: Record<string, unknown>;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 10 });
  zapier = await startZapierBackend(await builtZip(), { maxContainers: 6, environment: fastClock(factor) });
  authData = { ...Object.assign({}, ...Object.values(groupsOf(sandbox))), quantemplate_webhookSecret: agreedSecret };
  zaps = zapsOf(sandbox.accounts, authData);
  sandbox.control.setDurations({ queuedMilliseconds: 100, runningMilliseconds });
});
afterAll(async () => {
  await zapier?.close();
  await sandbox?.stop();
});

/** Stands in for the database of guide 000. */
const tell: ZapStep = {
  action: 'slack_send_message',
  name: 'Load Dataset',
  inputData: () => ({ channel: 'C0DATATEAM', text: 'The table is loaded.' }),
};
const withoutDatabase = (steps: readonly ZapStep[]): ZapStep[] =>
  steps.map((step) => (step.action?.startsWith('sql_table') ? { ...tell, authData } : step));

/** The outputs of the steps that ran, by name; every run among them has finished. */
function outputsOf({ status, steps }: ZapRun): Record<string, Record<string, unknown> | undefined> {
  const errors = steps.flatMap(({ name, error }) => (error ? [`${name}: ${error.message}`] : []));
  expect([errors, status]).toEqual([[], 'succeeded']);
  for (const { name, output = {} } of steps)
    if ('finished' in output) expect([name, output['finished'], output['succeeded']]).toEqual([name, true, true]);
  return Object.fromEntries(
    steps.map(({ name, status: state, output }) => [name, state === 'skipped' ? undefined : output]),
  );
}

const attempts = ({ steps }: ZapRun, name: string): number => steps.find((step) => step.name === name)?.attempts ?? 0;

describe('A run of 90 seconds in the Zap of', () => {
  it.concurrent('guide 000 has finished before the table is loaded', async () => {
    const { trigger, steps } = zaps['000'];
    if (!trigger) throw new Error('The Zap of guide 000 starts with an event.');
    const zap = await startZap(zapier, { trigger, steps: withoutDatabase(steps), longestThrottleMs });
    await sandbox.control.sendQuantemplateEvent(
      { url: zap.url ?? '', secret: { kind: 'header', name: 'X-Webhook-Secret', value: agreedSecret } },
      { id: 'event-of-90-seconds', name: 'DatasetUpdated', payload: { datasetId: 'd-claims' } },
    );
    const run = await zap.nextRun();
    expect(outputsOf(run)).toHaveProperty('Load Dataset');
    expect(attempts(run, 'Run Pipeline')).toBeGreaterThan(1);
    const { dataFactory } = sandbox.control.log().runs;
    expect(dataFactory.filter(({ pipelineName }) => pipelineName === 'QT_fetch_data')).toHaveLength(1);
    await zap.stop();
  });

  it.concurrent('guide 001 is reported once, as a success', async () => {
    const trigger = { id: '2026-11-20T08:00:00Z' };
    const run = await runZap(zapier, { trigger, steps: zaps['001'].steps, longestThrottleMs });
    const outputs = outputsOf(run);
    expect([outputs['Post Result'] !== undefined, outputs['Post Failure']]).toEqual([true, undefined]);
    expect(attempts(run, 'Run Pipeline')).toBeGreaterThan(1);
    const told = sandbox.world.slack.messages.filter(({ text }) => text.includes('Run_KPI_notebook'));
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^:white_check_mark: \*Run_KPI_notebook\* succeeded after \d+(\.\d+)? seconds\.$/),
    ]);
  });

  it.concurrent('guide 002 is started once by an event of dbt and awaited', async () => {
    const { trigger, steps } = zaps['002'];
    if (!trigger) throw new Error('The Zap of guide 002 starts with an event.');
    const zap = await startZap(zapier, { trigger, steps, longestThrottleMs });
    sandbox.control.startDbtRun({ outcome: 'success' });
    const run = await zap.nextRun();
    expect(outputsOf(run)['Run Report']).toMatchObject({ status: 'succeeded' });
    expect(sandbox.control.log().runs.mode).toHaveLength(1);
    await zap.stop();
  });

  it.concurrent('guide 003 is read and followed by a Spark job only when it has finished', async () => {
    const trigger = { id: '2026-11-20T09:00:00Z' };
    const run = await runZap(zapier, { trigger, steps: zaps['003'].steps, longestThrottleMs });
    expect(outputsOf(run)['Find Pipeline Run']).toMatchObject({ status: 'succeeded' });
    const { synapse, spark } = sandbox.control.log().runs;
    expect([synapse.map(({ pipelineName }) => pipelineName), spark.length]).toEqual([['Spark_transform'], 1]);
  });

  it.concurrent('guide 005 refreshes the model once, and the card shows its result', async () => {
    // The events of dbt would also start the Zap of guide 002.
    const trigger = { runId: '70403103926818' };
    const run = await runZap(zapier, { trigger, steps: zaps['005'].steps, longestThrottleMs });
    const outputs = outputsOf(run);
    expect(outputs['Refresh Semantic Model']).toMatchObject({ service: 'Power BI', status: 'succeeded' });
    expect(attempts(run, 'Refresh Semantic Model')).toBeGreaterThan(1);
    expect(sandbox.control.log().runs.powerBi).toHaveLength(1);
    const cards = sandbox.world.slack.messages.filter(({ text }) => text.includes('Claims overview'));
    expect(cards.map(({ text }) => /succeeded/.test(text))).toEqual([true]);
  });

  it.concurrent('guide 006 runs the notebook only when the pipeline has finished, each of them once', async () => {
    const trigger = { id: '2026-11-20T10:00:00Z' };
    const run = await runZap(zapier, { trigger, steps: zaps['006'].steps, longestThrottleMs });
    const outputs = outputsOf(run);
    expect(attempts(run, 'Run Pipeline')).toBeGreaterThan(1);
    expect(attempts(run, 'Run Notebook')).toBeGreaterThan(1);
    expect(sandbox.control.log().runs.fabric).toHaveLength(2);
    const [pipeline, notebook] = [outputs['Run Pipeline'], outputs['Run Notebook']];
    expect(String(notebook?.['startedAt']) >= String(pipeline?.['finishedAt'])).toBe(true);
  });

  it.concurrent.each([
    ['Prefect, which recognizes a repeated start,', 'prefect', restJobAccount.deployment],
    ['Airbyte, whose run is found in its list,', 'airbyte', restJobAccount.connection],
  ])('a job of %s is started once and awaited', async (_case, tool, job) => {
    const steps: ZapStep[] = [
      {
        action: 'rest_job_run_job',
        name: 'Run Job',
        authData,
        inputData: ({ trigger }) => ({ tool, job, startKey: trigger['id'] }),
      },
      { ...tell, authData },
    ];
    const run = await runZap(zapier, { trigger: { id: `event-for-${tool}` }, steps, longestThrottleMs });
    expect(outputsOf(run)).toHaveProperty('Load Dataset');
    expect(attempts(run, 'Run Job')).toBeGreaterThan(1);
    expect(sandbox.control.log().runs.restJob.filter((started) => started.tool === tool)).toHaveLength(1);
  });

  it.concurrent('a builder without Start Key stops the Zap with an instruction, and no later step runs', async () => {
    const steps: ZapStep[] = [
      {
        action: 'databricks_run_job',
        name: 'Run Job',
        authData,
        inputData: () => ({ job: String(sandbox.accounts.databricks.jobId) }),
      },
      { ...tell, authData },
    ];
    const run = await runZap(zapier, { trigger: {}, steps, longestThrottleMs });
    expect([run.status, run.steps.map(({ name, status }) => `${name}: ${status}`)]).toEqual([
      'halted',
      ['Run Job: halted'],
    ]);
    expect(run.steps[0]?.error?.message).toMatch(/has not finished after \d+ seconds\..* The Zap stops here/);
  });
});
