import { randomBytes } from 'node:crypto';
import type {
  IDataObject,
  IExecuteData,
  IExecuteFunctions,
  ITaskDataConnectionsSource,
  ITaskMetadata,
  IWebhookDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { isObject } from '../../shared/src/host/is-object.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Action, Branches, Callback, Output } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { timedOut } from '../../shared/src/runs/timed-out.ts';
import { answer } from './answer.ts';
import { arrange, branchesOf, outputFor, routeError, type Routed } from './branching.ts';
import { readConnection } from './connection-values.ts';
import type { NodeContext } from './context.ts';
import type { NodeError } from './error.ts';
import { hostFor } from './host.ts';
import { isTool } from './is-tool.ts';
import { simplified } from './simplify.ts';

/** The webhook that resumes a parked execution. */
export const parkingWebhooks: IWebhookDescription[] = [
  { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: '', restartWebhook: true },
];

/** Nothing needs to be registered: each start passes the URL of its execution to the vendor. */
export const parkingMethods = {
  default: {
    checkExists: async () => true,
    create: async () => true,
    delete: async () => true,
  },
};

/** A run that a parked execution waits for. */
export interface ParkedRun {
  operation: string;
  /** Part of the callback URL, so that a late callback for another step does not match. */
  call: string;
  /** See `Callback`. */
  kept: IDataObject;
  /** How long to wait for the callback. */
  minutes: number;
  /** Names of the outputs to keep. Default: all. */
  simple?: readonly string[];
  /** Whether the operation has branches with the item's input. */
  branches: boolean;
}

/** A result of a parked execution, in the order of the input items; with `run`, it is not final. */
export interface ParkedRow extends Routed {
  run?: ParkedRun;
}

/** The data that n8n stores with a parked execution. */
interface ParkedMetadata extends ITaskMetadata {
  parked: {
    rows: ParkedRow[];
    /** Where the input items came from. */
    source: ITaskDataConnectionsSource | null;
  };
}

/** The query parameter of the callback URL that identifies the item. */
const callName = 'pipewright';

/** An operation to start and park until its callback. */
interface ParkedStart {
  /** Names of the outputs to keep. Default: all. */
  simple: readonly string[] | undefined;
  operation: Action;
  callback: Callback;
  input: RawInput;
  operationContext: Context;
  itemIndex: number;
}

/**
 * Refuses to park the execution of an AI agent.
 * @throws PipewrightError `invalid-input` if the node is a tool of an agent
 */
function refuseInTool(context: IExecuteFunctions): void {
  if (!isTool(context.getNode())) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: 'A tool of an AI agent cannot wait for a callback, because n8n does not pause an agent for it.',
    hint: 'Set Completion Method to Poll, or turn off Wait for Completion.',
  });
}

/** Starts the operation for one item; without `parked`, its run has already finished. */
export async function startParked(
  context: IExecuteFunctions,
  { simple, operation, callback, input, operationContext, itemIndex }: ParkedStart,
): Promise<{ output: Output; parked?: ParkedRun }> {
  refuseInTool(context);
  const call = randomBytes(12).toString('hex');
  const callbackUrl = (): string =>
    `${String(context.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex))}&${callName}=${call}`;
  const { output, kept } = await callback.start(input, operationContext, callbackUrl);
  if (!kept) return { output };
  const parked = {
    operation: operation.key,
    call,
    kept: kept as IDataObject,
    minutes: callback.timeoutMinutes(input),
    ...(simple ? { simple } : {}),
    branches: branchesOf(context.getNode(), operation, input) !== undefined,
  };
  return { output, parked };
}

/** The items of each output, or the error with which the node fails. */
interface Settled {
  main: IExecuteData['data']['main'];
  source: ITaskDataConnectionsSource | null;
  error?: NodeError;
}

/**
 * Settles final results. n8n pairs the items of a resumed node with input items by their positions, so the pairing is dropped
 * when items are split between the outputs: no pairing is better than a wrong one.
 */
function settle(rows: readonly (() => Routed)[], source: ITaskDataConnectionsSource | null): Settled {
  try {
    const main = arrange(
      rows.map((row) => row()),
      2,
    );
    const isSplit = main.filter((items) => items.length > 0).length > 1;
    const origin = source?.['main'];
    return { main, source: isSplit || !origin ? null : { ...source, main: [origin[0] ?? null, origin[0] ?? null] } };
  } catch (error) {
    return { main: [[]], source, error: error as NodeError };
  }
}

const actionOf = (service: Service, key: string): Action | undefined => {
  const found = service.operations.find((operation) => operation.key === key);
  return found?.kind === 'action' ? found : undefined;
};

const routingOf = (service: Service, { operation, branches, simple }: ParkedRun) => ({
  branches: branches ? actionOf(service, operation)?.branches : undefined,
  simple,
});

/** Routes a result; its error is routed or thrown as in `executeOperations`. */
function route(
  context: NodeContext,
  { branches, simple }: { branches: Branches | undefined; simple: readonly string[] | undefined },
  itemIndex: number,
  result: Output,
  failure: PipewrightError | undefined,
): Routed {
  try {
    const output = outputFor(context, branches, result, failure);
    return { item: { json: simplified(result, simple) as IDataObject, pairedItem: { item: itemIndex } }, output };
  } catch (error) {
    return routeError(context, branches, error, itemIndex);
  }
}

/** The result of a run whose callback did not arrive in time. */
function timedOutRow(
  context: NodeContext,
  service: Service,
  { item, run }: ParkedRow & { run: ParkedRun },
  itemIndex: number,
): Routed {
  const { id, name } = item.json;
  const error = timedOut({
    run: { ...item.json, id: String(id), service: service.name },
    what: String(name),
    minutes: run.minutes,
    outcome: `${service.name} sent no callback, so the run may still be active.`,
  });
  return route(context, routingOf(service, run), itemIndex, error.output ?? item.json, error);
}

/**
 * Parks the execution until a callback or a timeout. After a timeout, n8n continues with what is stored here, without running
 * the node again.
 */
export async function park(context: IExecuteFunctions, service: Service, rows: ParkedRow[]): Promise<void> {
  const entry = context.getExecuteData();
  const { source } = entry;
  const { error, ...settled } = settle(
    rows.map((row, index) => () => (row.run ? timedOutRow(context, service, { ...row, run: row.run }, index) : row)),
    source,
  );
  const metadata: ParkedMetadata = { ...entry.metadata, parked: { rows, source }, forwardAllOutputs: true };
  if (error) metadata.resumeError = error;
  entry.metadata = metadata;
  entry.source = settled.source;
  entry.data = { ...entry.data, main: settled.main };
  const minutes = Math.max(...rows.map(({ run }) => run?.minutes ?? 0));
  await context.putExecutionToWait(new Date(Date.now() + minutes * 60_000));
}

/** A parked node in n8n's list of nodes to execute. */
type ParkedEntry = IExecuteData & { metadata: ParkedMetadata };

function isParkedEntry(value: unknown): value is ParkedEntry {
  const metadata = isObject(value) ? value['metadata'] : undefined;
  const parked = isObject(metadata) ? metadata['parked'] : undefined;
  return isObject(parked) && Array.isArray(parked['rows']);
}

/** The parked node of an execution that a callback resumes. The execution's data is not part of n8n's types. */
function findParked(context: IWebhookFunctions): ParkedEntry | undefined {
  const run = 'runExecutionData' in context ? context.runExecutionData : undefined;
  const execution = isObject(run) ? run['executionData'] : undefined;
  const stack: unknown = isObject(execution) ? execution['nodeExecutionStack'] : undefined;
  const entry: unknown = Array.isArray(stack) ? stack[0] : undefined;
  return isParkedEntry(entry) ? entry : undefined;
}

/** Reads the run of a parked result and routes it; undefined while the run is active. */
async function refresh(
  context: IWebhookFunctions,
  service: Service,
  row: ParkedRow,
  itemIndex: number,
): Promise<(() => Routed) | undefined> {
  const { run } = row;
  if (!run) return () => row;
  const host = hostFor(context, service.connection);
  const connection = await readConnection(context, service.connection);
  const finished = await actionOf(service, run.operation)?.callback?.readFinished(run.kept, { host, connection });
  return finished && (() => route(context, routingOf(service, run), itemIndex, finished.output, finished.failure));
}

/**
 * Handles a callback to a parked execution. The callback itself is never trusted: the run is read from the vendor, and the
 * execution stays parked while any of its runs is active. The response asks the caller to retry as long as that helps.
 */
export async function resumeParked(context: IWebhookFunctions, service: Service): Promise<IWebhookResponseData> {
  const stayParked: IWebhookResponseData = { noWebhookResponse: true };
  try {
    const entry = findParked(context);
    const { [callName]: call } = context.getQueryData() as IDataObject;
    const { rows = [], source = null } = entry?.metadata.parked ?? {};
    const called = rows.findIndex(({ run }) => run?.call === call);
    const row = rows[called];
    if (!entry || !row?.run) {
      answer(context, 410);
      return stayParked;
    }
    const first = await refresh(context, service, row, called);
    if (!first) {
      answer(context, actionOf(service, row.run.operation)?.callback?.statusWhileRunning ?? 409);
      return stayParked;
    }
    const refreshed: (() => Routed)[] = [];
    for (const [index, other] of rows.entries()) {
      const final = index === called ? first : await refresh(context, service, other, index);
      if (final) refreshed.push(final);
    }
    answer(context, 200);
    if (refreshed.length < rows.length) return stayParked;
    const { main, error, ...settled } = settle(refreshed, source);
    const { resumeError: _timeout, ...metadata } = entry.metadata;
    entry.metadata = error ? { ...metadata, resumeError: error } : metadata;
    entry.source = settled.source;
    return { noWebhookResponse: true, workflowData: main.map((items) => items ?? []) };
  } catch (error) {
    // A thrown error would resume the workflow with an empty item.
    context.logger.error(
      `${service.name}: a callback to a parked execution failed. ${redact(describeError(error, 'n8n'))}`,
    );
    if (!context.getResponseObject().headersSent) answer(context, 503);
    return stayParked;
  }
}
