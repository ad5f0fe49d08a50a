import { randomBytes } from 'node:crypto';
import type {
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  IWebhookDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Callback } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { answer } from './answer.ts';
import { readConnection } from './connection-values.ts';
import { makeHost, sendWith } from './host.ts';
import { isTool } from './is-tool.ts';

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

/** The data stored in an item while its execution is parked. */
interface Parked extends IDataObject {
  operation: string;
  /** Part of the callback URL, so that a late callback for another step does not match. */
  call: string;
  kept: IDataObject;
}

/** The property of an item that stores it. */
const parkedName = 'parked';

/** The query parameter of the callback URL that identifies the item. */
const callName = 'pipewright';

/** An item with a run that is still active. */
export type ParkedItem = INodeExecutionData & { json: { [parkedName]: Parked } };

/** An operation to start and park until its callback. */
export interface ParkedStart {
  /** Key of the operation. */
  key: string;
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
  if (!isTool(context)) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: 'A tool of an AI agent cannot wait for a callback, because n8n does not pause an agent for it.',
    hint: 'Set Completion Method to Poll, or turn off Wait for Completion.',
  });
}

/** Starts the operation for one item; the result is parked unless the run has already finished. */
export async function startParked(
  context: IExecuteFunctions,
  { key, callback, input, operationContext, itemIndex }: ParkedStart,
): Promise<INodeExecutionData> {
  refuseInTool(context);
  const call = randomBytes(12).toString('hex');
  const callbackUrl = (): string =>
    `${String(context.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex))}&${callName}=${call}`;
  const { output, kept } = await callback.start(input, operationContext, callbackUrl);
  const json = { ...(output as IDataObject) };
  const pairedItem = { item: itemIndex };
  if (!kept) return { json, pairedItem };
  const parked: Parked = { operation: key, call, kept: kept as IDataObject };
  // On timeout, n8n outputs the parked items unchanged.
  return { json: { ...json, status: 'timed-out', [parkedName]: parked }, pairedItem };
}

/** Whether an item waits for a callback. */
export function isParked(item: INodeExecutionData): item is ParkedItem {
  return typeof item.json[parkedName] === 'object';
}

/**
 * Parks the execution until a callback or a timeout. After a timeout, n8n continues with the input items, so they are replaced
 * with the results so far.
 */
export async function park(context: IExecuteFunctions, results: INodeExecutionData[], until: Date): Promise<void> {
  const items = context.getInputData();
  items.splice(0, items.length, ...results);
  await context.putExecutionToWait(until);
}

/** Reads the run of a parked item; the item stays parked while the run is active. */
async function refresh(
  context: IWebhookFunctions,
  service: Service,
  item: INodeExecutionData,
): Promise<INodeExecutionData> {
  if (!isParked(item)) return item;
  const { operation, kept } = item.json[parkedName];
  const host = makeHost({ send: sendWith(context, service.connection), logger: context.logger });
  const connection = await readConnection(context, service.connection);
  const finished = await callbackOf(service, operation)?.readFinished(kept, { host, connection });
  return finished ? { ...item, json: finished.output as IDataObject } : item;
}

function callbackOf(service: Service, key: string): Callback | undefined {
  const found = service.operations.find((operation) => operation.key === key);
  return found?.kind === 'action' ? found.callback : undefined;
}

/**
 * Handles a callback to a parked execution. The callback itself is never trusted: the run is read from the vendor, and the
 * execution stays parked while any of its runs is active. The response asks the caller to retry as long as that helps.
 */
export async function resumeParked(context: IWebhookFunctions, service: Service): Promise<IWebhookResponseData> {
  const stayParked: IWebhookResponseData = { noWebhookResponse: true };
  try {
    const items = context.evaluateExpression('{{ $input.all() }}') as INodeExecutionData[];
    const { [callName]: call } = context.getQueryData() as IDataObject;
    const called = items.find((item) => isParked(item) && item.json[parkedName].call === call);
    if (!called || !isParked(called)) {
      answer(context, 410);
      return stayParked;
    }
    const first = await refresh(context, service, called);
    if (isParked(first)) {
      answer(context, callbackOf(service, called.json[parkedName].operation)?.statusWhileRunning ?? 409);
      return stayParked;
    }
    const refreshed: INodeExecutionData[] = [];
    for (const item of items) refreshed.push(item === called ? first : await refresh(context, service, item));
    answer(context, 200);
    return refreshed.some(isParked) ? stayParked : { noWebhookResponse: true, workflowData: [refreshed] };
  } catch (error) {
    // A thrown error would resume the workflow with an empty item.
    context.logger.error(
      `${service.name}: a callback to a parked execution failed. ${redact(describeError(error, 'n8n'))}`,
    );
    if (!context.getResponseObject().headersSent) answer(context, 503);
    return stayParked;
  }
}
