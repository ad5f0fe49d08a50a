import type { INode, IRunExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { ManualClock } from '../../doubles/server/clock.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type Executed, type N8n, type NodeSetup } from './open-n8n.ts';

/** The vendor's clock: a run ends only when a test advances it. */
const clock = new ManualClock(Date.now());
let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ clock });
  n8n = await openN8n();
});
afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});
beforeEach(() => {
  sandbox.control.reset();
  sandbox.control.setDurations({ queuedMilliseconds: 0, runningMilliseconds: 3_000 });
});

const failure = { message: 'The source does not answer' };
const plan = (fails: boolean) =>
  sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', ...(fails ? { failure } : {}) });

function setup(connected: number[], onError?: INode['onError']): NodeSetup {
  const { resourceGroup, factory } = sandbox.accounts.azure;
  const { pipewrightAzureApi = {} } = sandboxCredentials(sandbox);
  const id = (value: string) => ({ __rl: true, mode: 'id', value });
  return {
    node: 'dataFactory',
    credentials: { pipewrightAzureApi },
    parameters: {
      resource: 'pipelineRun',
      operation: 'runPipeline',
      factory: id(`${resourceGroup}/${factory}`),
      pipeline: id('Load_and_call'),
      options: { completionMethod: 'callback', timeoutMinutes: 1 },
    },
    connected,
    ...(onError ? { onError } : {}),
  };
}

const parkedRuns = (count: number) => sandbox.world.azure.dataFactory.runs.slice(-count);

/** Sends the callback of the last run to a waiting execution. Returns the answer, and the execution if it resumes. */
async function callBack(own: NodeSetup, waiting: IRunExecutionData): Promise<Partial<Executed> & { answered: number }> {
  // n8n stores a waiting execution in its database.
  const data = JSON.parse(JSON.stringify(waiting)) as IRunExecutionData;
  const url = new URL(String(parkedRuns(1)[0]?.parameters['pipewrightCallbackUrl']));
  let answered = 0;
  const response = {
    headersSent: false,
    status: (code: number) => ((answered = code), response),
    end: () => undefined,
  };
  const { workflow, node, additionalData } = n8n.set(own);
  Object.assign(additionalData, {
    httpRequest: { query: Object.fromEntries(url.searchParams) },
    httpResponse: response,
  });
  const context: IWebhookFunctions = new n8n.core.WebhookContext(
    workflow,
    node,
    additionalData,
    'trigger',
    { webhookDescription: { name: 'default' } },
    [],
    data,
  );
  const { workflowData } = (await n8n.nodeType('dataFactory').webhook?.call(context)) ?? {};
  if (!workflowData) return { answered };
  // What n8n does with the result of a webhook that resumes an execution.
  const [entry] = data.executionData?.nodeExecutionStack ?? [];
  if (entry) {
    entry.data['main'] = workflowData;
    entry.metadata = { ...entry.metadata, forwardAllOutputs: true };
  }
  return { answered, ...(await n8n.resume(own, data)) };
}

const start = async (own: NodeSetup, items = 1): Promise<IRunExecutionData> => {
  const { data, error, status } = await n8n.execute(
    own,
    Array.from({ length: items }, (_, index) => ({ json: { index } })),
  );
  expect([error, status]).toEqual([undefined, 'waiting']);
  return data;
};

const statuses = ({ outputs = [] }: Partial<Executed>) =>
  outputs.map((items) => items.map(({ json }) => json['status']));

describe('A parked run', () => {
  it('that succeeded goes to Succeeded, whether Failed is connected or not', async () => {
    for (const connected of [[0], [0, 1]]) {
      plan(false);
      const own = setup(connected);
      const data = await start(own);
      expect(await callBack(own, data)).toEqual({ answered: 409 });
      clock.advance(10_000);
      const resumed = await callBack(own, data);
      expect(resumed).toMatchObject({ answered: 200, status: 'success' });
      expect(statuses(resumed)).toEqual([['succeeded'], []]);
    }
  });

  it('that failed goes to Failed with its explanation', async () => {
    plan(true);
    const own = setup([0, 1]);
    const data = await start(own);
    clock.advance(10_000);
    const { outputs } = await callBack(own, data);
    expect(outputs?.[0]).toEqual([]);
    expect(outputs?.[1]).toMatchObject([
      { json: { status: 'failed', explanation: expect.stringContaining(failure.message) } },
    ]);
  });

  it('that failed fails the node with its explanation if Failed is not connected', async () => {
    plan(true);
    const own = setup([0]);
    const data = await start(own);
    clock.advance(10_000);
    const resumed = await callBack(own, data);
    expect(resumed).toMatchObject({ status: 'error', error: { message: expect.stringContaining(failure.message) } });
  });

  it.each([
    ['continueRegularOutput', [1, 0]],
    ['continueErrorOutput', [0, 0, 1]],
  ] as const)('that failed continues as an error item with On Error %s', async (onError, counts) => {
    plan(true);
    const own = setup([0], onError);
    const data = await start(own);
    clock.advance(10_000);
    const { outputs = [] } = await callBack(own, data);
    expect(outputs.map((items) => items.length)).toEqual(counts);
    expect(outputs.flat()[0]?.json['error']).toContain(failure.message);
  });

  it('that is still active at the deadline goes to Failed with the status unknown, because nobody reads it any more', async () => {
    plan(false);
    const own = setup([0, 1]);
    const resumed = await n8n.resume(own, await start(own));
    expect(statuses(resumed)).toEqual([[], ['unknown']]);
    expect(resumed.outputs[1]?.[0]?.json).toMatchObject({
      finished: false,
      explanation: expect.stringMatching(
        /did not finish within 1 minutes\. .* sent no callback, so the run may still be active/,
      ),
    });
    expect(resumed.outputs[1]?.[0]?.json).not.toHaveProperty('succeeded');
  });

  it('that is still active at the deadline fails the node if Failed is not connected', async () => {
    plan(false);
    const own = setup([0]);
    const resumed = await n8n.resume(own, await start(own));
    expect(resumed).toMatchObject({
      status: 'error',
      error: { message: expect.stringContaining('did not finish within 1 minutes') },
    });
  });
});

describe('Several parked runs', () => {
  it('that all have the same outcome stay paired with their items', async () => {
    for (const fails of [false, true]) {
      for (let run = 0; run < 2; run += 1) plan(fails);
      const own = setup([0, 1]);
      const data = await start(own, 2);
      clock.advance(10_000);
      const { outputs } = await callBack(own, data);
      const items = outputs?.[fails ? 1 : 0] ?? [];
      expect(items.map(({ json }) => json['id'])).toEqual(parkedRuns(2).map(({ id }) => id));
      expect(items.map(({ pairedItem }) => pairedItem)).toMatchObject([{ item: 0 }, { item: 1 }]);
    }
  });

  it('with different outcomes are split between the outputs, and not paired with wrong items', async () => {
    plan(true);
    plan(false);
    const own = setup([0, 1]);
    const data = await start(own, 2);
    clock.advance(10_000);
    const resumed = await callBack(own, data);
    expect(statuses(resumed)).toEqual([['succeeded'], ['failed']]);
    expect(resumed.data?.resultData.runData['Azure Data Factory']?.[0]?.source).toEqual([]);
  });
});
