import type {
  IExecuteFunctions,
  INode,
  INodeExecutionData,
  INodeType,
  INodeTypes,
  IRun,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import { itemOf } from '../../../n8n-nodes/adapter/emitters.ts';
import { eventKeyOf } from '../../../n8n-nodes/adapter/event-key.ts';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;
beforeAll(async () => {
  n8n = await openN8n();
});
afterAll(() => n8n.close());

/** A node that does what a function says. */
function nodeType(name: string, execute: (context: IExecuteFunctions) => INodeExecutionData[]): INodeType {
  return {
    description: {
      displayName: name,
      name,
      group: ['transform'],
      version: 1,
      description: '',
      defaults: { name },
      inputs: ['main'],
      outputs: ['main'],
      properties: [],
    },
    async execute() {
      return [execute(this)];
    },
  };
}

/** The keys that a node had, in the order of its work. */
let keys: (string | undefined)[] = [];

const types: Record<string, INodeType> = {
  // Turns each item into three.
  'test.triple': nodeType('triple', (context) =>
    context.getInputData().flatMap((_, item) => [1, 2, 3].map((part) => ({ json: { part }, pairedItem: { item } }))),
  ),
  // Merges the items into one that n8n cannot follow to its sources.
  'test.merge': nodeType('merge', () => [{ json: {} }]),
  'test.keys': nodeType('keys', (context) => {
    const items = context.getInputData();
    items.forEach((_, index) => keys.push(eventKeyOf(context, index)));
    return items;
  }),
  // Sends its items back to the node before it, twice.
  'test.again': nodeType('again', (context) => {
    const state: { times?: number } = context.getContext('node');
    state.times = (state.times ?? 0) + 1;
    return state.times < 3 ? context.getInputData() : [];
  }),
};

/** Runs a workflow of nodes in a row on the items of its first node. */
async function run(
  nodes: [name: string, type: string][],
  items: INodeExecutionData[],
  mode: WorkflowExecuteMode = 'trigger',
): Promise<(string | undefined)[]> {
  keys = [];
  const nodeTypes: INodeTypes = {
    getByName: (type) => types[type] ?? n8n.nodeType(type),
    getByNameAndVersion: (type) => types[type] ?? n8n.nodeType(type),
    getKnownTypes: () => ({}),
  };
  const all = nodes.map(
    ([name, type]): INode => ({ id: `id of ${name}`, name, type, typeVersion: 1, position: [0, 0], parameters: {} }),
  );
  const workflow = new n8n.module.Workflow({
    id: 'workflow-1',
    nodes: all,
    connections: Object.fromEntries(
      nodes.map(([name, type], index) => {
        const next = type === 'test.again' ? nodes[index - 1] : nodes[index + 1];
        return [name, { main: [next ? [{ node: next[0], type: 'main' as const, index: 0 }] : []] }];
      }),
    ),
    active: true,
    nodeTypes,
  });
  const [first] = all;
  const { additionalData } = n8n.set({ node: 'dbt' });
  const data = n8n.module.createRunExecutionData({
    executionData: {
      nodeExecutionStack: [{ node: first as INode, data: { main: [items] }, source: null }],
    },
  });
  Object.assign(additionalData, { hooks: new n8n.core.ExecutionLifecycleHooks(mode, 'execution', {}) });
  const done: IRun = await new n8n.core.WorkflowExecute(additionalData, mode, data).processRunExecutionData(workflow);
  expect(done.data.resultData.error).toBeUndefined();
  return keys;
}

const ours: [string, string] = ['On event', 'n8n-nodes-pipewright-dbt.dbtTrigger'];
const event = (id: string): INodeExecutionData => itemOf({ id, data: { runId: '1' } });
const work: [string, string] = ['Run', 'test.keys'];

it('a copy of an event has the same key, and another event or node has another one', async () => {
  const [one] = await run([ours, work], [event('a')]);
  expect(one).toMatch(/^[0-9a-f]{32}$/);
  expect(await run([ours, work], [event('a')], 'webhook')).toEqual([one]);
  expect(await run([ours, work], [event('a')], 'retry')).toEqual([one]);
  expect(await run([ours, work], [event('b')])).not.toContain(one);
  const two = await run([ours, work, ['Run 2', 'test.keys']], [event('a')]);
  expect(two[0]).toBe(one);
  expect(two[1]).not.toBe(one);
});

it('an event has one key for each of its items, wherever they are in the execution', async () => {
  const triple: [string, string] = ['Triple', 'test.triple'];
  const alone = await run([ours, triple, work], [event('b')]);
  expect(new Set(alone).size).toBe(3);
  const together = await run([ours, triple, work], [event('a'), event('b')]);
  expect(new Set(together).size).toBe(6);
  expect(together.slice(3)).toEqual(alone);
});

it('an event has one key for each pass of a loop', async () => {
  const loop: [string, string] = ['Again', 'test.again'];
  const passes = await run([ours, work, loop], [event('a')]);
  expect([passes.length, new Set(passes).size]).toEqual([3, 3]);
  expect(await run([ours, work, loop], [event('a')])).toEqual(passes);
});

it('a merged item has the key of all events that it may come from', async () => {
  const merge: [string, string] = ['Merge', 'test.merge'];
  const both = await run([ours, merge, work], [event('a'), event('b')]);
  expect(both).toEqual([expect.any(String)]);
  expect(await run([ours, merge, work], [event('b'), event('a')])).toEqual(both);
  expect(await run([ours, merge, work], [event('a')])).not.toEqual(both);
  expect(await run([ours, merge, work], [event('a')])).toEqual(await run([ours, work], [event('a')]));
});

it('there is no key when the workflow is tested in the editor or started by another trigger', async () => {
  expect(await run([ours, work], [event('a')], 'manual')).toEqual([undefined]);
  expect(await run([['Start', 'test.merge'], work], [event('a')])).toEqual([undefined]);
});
