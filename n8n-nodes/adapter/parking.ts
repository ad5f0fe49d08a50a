import { randomBytes } from 'node:crypto';
import type {
  IDataObject,
  IExecuteFunctions,
  INodeExecutionData,
  IWebhookDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow';
import { describeError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Action, Callback } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { answer } from './answer.ts';
import { readConnection } from './connection-values.ts';
import { makeHost, sendWith } from './host.ts';

/** The address at which a parked execution is called. */
export const parkingWebhooks: IWebhookDescription[] = [
  { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: '', restartWebhook: true },
];

/** There is nothing to register anywhere: the vendor is told the address of each execution. */
export const parkingMethods = {
  default: {
    checkExists: async () => true,
    create: async () => true,
    delete: async () => true,
  },
};

/** What an item remembers of a run while its execution is parked. */
interface Parked {
  operation: string;
  /** Stands in the address, so that a late call for another step is not taken for one for this. */
  call: string;
  kept: IDataObject;
}

/** The name under which an item remembers it. */
const parkedName = 'parked';

/** The query parameter of the address that says which item is called. */
const callName = 'pipewright';

/** An item whose run goes on. */
export type ParkedItem = INodeExecutionData & { json: { [parkedName]: Parked } };

/** What one item begins that is to be called. */
export async function startParked(
  context: IExecuteFunctions,
  { key, callback }: Action & { callback: Callback },
  input: never,
  lent: Context<never>,
  itemIndex: number,
): Promise<INodeExecutionData> {
  const call = randomBytes(12).toString('hex');
  const address = (): string =>
    `${String(context.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex))}&${callName}=${call}`;
  const { output, kept } = await callback.begin(input, lent, address);
  const json = { ...(output as IDataObject) };
  if (!kept) return { json, pairedItem: { item: itemIndex } };
  // At the deadline n8n hands the parked items on as they are.
  const parked: Parked = { operation: key, call, kept: kept as IDataObject };
  return {
    json: { ...json, status: 'timed-out', [parkedName]: parked as unknown as IDataObject },
    pairedItem: { item: itemIndex },
  };
}

/** Whether an item waits for a call. */
export function isParked(item: INodeExecutionData): item is ParkedItem {
  return typeof item.json[parkedName] === 'object';
}

/**
 * Parks the execution until it is called, or until a moment. n8n then goes on with the items that came in, so what is known so
 * far is written into them.
 */
export async function park(context: IExecuteFunctions, results: INodeExecutionData[], until: Date): Promise<void> {
  const items = context.getInputData();
  items.splice(0, items.length, ...results);
  await context.putExecutionToWait(until);
}

/** Looks at the run of an item; gives back the item as it then is, parked still if the run goes on. */
async function look(
  context: IWebhookFunctions,
  service: Service,
  item: INodeExecutionData,
): Promise<INodeExecutionData> {
  if (!isParked(item)) return item;
  const { operation, kept } = item.json[parkedName];
  const host = makeHost({ send: sendWith(context, service.connection), logger: context.logger });
  const connection = await readConnection(context, service.connection);
  const ended = await callbackOf(service, operation)?.look(kept, { host, connection } as Context<never>);
  return ended ? { ...item, json: ended.output as IDataObject } : item;
}

function callbackOf(service: Service, key: string): Callback | undefined {
  const found = service.operations.find((operation) => operation.key === key);
  return found?.kind === 'action' ? found.callback : undefined;
}

/**
 * Takes a call for a parked execution. It is never believed: the vendor is asked, and while a run goes on the execution stays
 * parked. Of several runs, the last to end lets it go on. What calls is told to try again while that may help.
 */
export async function resumeParked(context: IWebhookFunctions, service: Service): Promise<IWebhookResponseData> {
  const stay: IWebhookResponseData = { noWebhookResponse: true };
  try {
    const items = context.evaluateExpression('{{ $input.all() }}') as INodeExecutionData[];
    const { [callName]: call } = context.getQueryData() as IDataObject;
    const called = items.find((item) => isParked(item) && item.json[parkedName].call === call);
    if (!called || !isParked(called)) {
      answer(context, 410);
      return stay;
    }
    const first = await look(context, service, called);
    if (isParked(first)) {
      answer(context, callbackOf(service, called.json[parkedName].operation)?.statusWhileGoing ?? 409);
      return stay;
    }
    const all: INodeExecutionData[] = [];
    for (const item of items) all.push(item === called ? first : await look(context, service, item));
    answer(context, 200);
    return all.some(isParked) ? stay : { noWebhookResponse: true, workflowData: [all] };
  } catch (error) {
    // An error that is thrown here would let the workflow go on with an empty item.
    context.logger.error(
      `${service.name}: a call for a parked execution could not be looked into. ${redact(describeError(error, 'n8n'))}`,
    );
    if (!context.getResponseObject().headersSent) answer(context, 503);
    return stay;
  }
}
