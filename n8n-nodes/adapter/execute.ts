import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Connection } from '../../shared/src/define/connection.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Branches, Operation } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { findConnection, readConnection } from './connection-values.ts';
import { nodeError } from './error.ts';
import { filesOf, StoredBinary } from './files.ts';
import { optionsName } from './form.ts';
import { makeHost, sendWith } from './host.ts';
import { outputFieldName } from './operation-properties.ts';
import { readParameters } from './parameters.ts';
import { startParked, isParked, park } from './parking.ts';

/** What may be set for all executions of a node. */
export interface ExecuteOptions {
  /** A folder in which files last, where the operator of n8n allows one. */
  lastingFolder?: string | undefined;
}

function chosenOperation(context: IExecuteFunctions, service: Service, itemIndex: number): Operation {
  const key = String(context.getNodeParameter('operation', itemIndex));
  const found = service.operations.find((operation) => operation.key === key);
  if (found) return found;
  throw new PipewrightError({
    code: 'bad-input',
    message: `${service.name} has no operation “${key}”.`,
    hint: 'Choose an operation from the list.',
  });
}

/** The connection whose vendor is talked to: a further one where the input asks for it, else that of the service. */
function talksTo({ connection, furtherConnections = [] }: Service, input: Record<string, unknown>): Connection {
  return (
    furtherConnections.find(({ shownWhen }) => shownWhen.is.includes(String(input[shownWhen.field])))?.connection ??
    connection
  );
}

/** One result as an item: files become its binary data. */
function itemOf(result: Record<string, unknown>, binaryField: string, itemIndex: number): INodeExecutionData {
  const binary: IBinaryKeyData = {};
  const json: IDataObject = {};
  for (const [name, value] of Object.entries(result)) {
    if (value instanceof StoredBinary) binary[binaryField] = value.data;
    else if (value !== undefined) json[name] = value as IDataObject;
  }
  return { json, ...(Object.keys(binary).length > 0 ? { binary } : {}), pairedItem: { item: itemIndex } };
}

/**
 * Tells the work for one item from any other, in loops too. It stays the same when n8n repeats the node by Retry On Fail;
 * where the node is tried alone in the editor there is none.
 */
function executionKeyOf(context: IExecuteFunctions, itemIndex: number): string | undefined {
  const executionId: string | undefined = context.getExecutionId();
  if (context.getMode() === 'manual' || !executionId) return undefined;
  const runIndex = String(context.evaluateExpression('{{ $runIndex }}', itemIndex));
  return [executionId, context.getNode().id, runIndex, itemIndex].join(':');
}

/** What an input item became. */
interface Executed {
  items: INodeExecutionData[];
  /** Minutes for which it may be parked. */
  minutes: number;
  /** Place of the output by which the items leave. */
  output: number;
}

async function executeItem(
  context: IExecuteFunctions,
  service: Service,
  operation: Operation,
  itemIndex: number,
  options: ExecuteOptions,
): Promise<Executed> {
  const raw = readParameters(operation.input, (name, fallback) => context.getNodeParameter(name, itemIndex, fallback));
  const input = checkInput(operation.input, raw);
  const signal = context.getExecutionCancelSignal();
  const host = makeHost({
    send: sendWith(context, talksTo(service, input)),
    logger: context.logger,
    files: filesOf(context, itemIndex),
    signal,
    executionKey: operation.effect === 'unsafe' ? executionKeyOf(context, itemIndex) : undefined,
    ...options,
  });
  const lent: Context = {
    host,
    connection: await readConnection(context, service.connection, itemIndex),
    connectionOf: (key) => readConnection(context, findConnection(service, key), itemIndex),
  };
  if (operation.kind === 'action' && operation.callback?.isChosen(input as never)) {
    const { callback } = operation;
    return {
      items: [
        await startParked(context, { ...operation, callback }, input as never, lent as Context<never>, itemIndex),
      ],
      minutes: callback.minutes(input as never),
      output: 0,
    };
  }
  const result = await operation.run(input as never, lent as never);
  const chosen = context.getNodeParameter(optionsName, itemIndex, {}) as IDataObject;
  const binaryField = String(chosen[outputFieldName] || 'data');
  const items = resultsOf(operation, result).map((one) => itemOf(one, binaryField, itemIndex));
  const branches = branchesOf(context, operation);
  return { items, minutes: 0, output: branches ? branches.of(result as never) : 0 };
}

/** What an operation gives, one by one. */
function resultsOf(operation: Operation, result: unknown): Record<string, unknown>[] {
  const listed =
    operation.kind === 'action' && operation.items !== undefined
      ? (result as Record<string, unknown>)[operation.items]
      : result;
  return (Array.isArray(listed) ? listed : [listed]) as Record<string, unknown>[];
}

/** The outputs of an operation where it has several. As a tool of an AI agent every node has one, and others are not read. */
function branchesOf(context: IExecuteFunctions, operation: Operation): Branches | undefined {
  return operation.kind === 'action' && !context.getNode().type.endsWith('Tool') ? operation.branches : undefined;
}

/**
 * Runs the chosen operation for every item, whose results leave by the output that the operation chooses; where the vendor is
 * to call at the end, the execution is parked until then. With Continue On Fail an item that failed gives its error, paired
 * with it, by the last output; a stopped execution ends in any case.
 */
export async function executeOperations(
  context: IExecuteFunctions,
  service: Service,
  options: ExecuteOptions = {},
): Promise<INodeExecutionData[][]> {
  const outputs: INodeExecutionData[][] = [[]];
  let longest = 0;
  for (let itemIndex = 0; itemIndex < context.getInputData().length; itemIndex += 1) {
    try {
      const operation = chosenOperation(context, service, itemIndex);
      for (let more = outputs.length; more < (branchesOf(context, operation)?.names.length ?? 1); more += 1)
        outputs.push([]);
      const { items, minutes, output } = await executeItem(context, service, operation, itemIndex, options);
      outputs[output]?.push(...items);
      longest = Math.max(longest, minutes);
    } catch (raised) {
      const error = nodeError(context.getNode(), raised, itemIndex);
      const stopped = raised instanceof PipewrightError && raised.code === 'cancelled';
      if (stopped || !context.continueOnFail()) throw error;
      // By these names n8n knows an item that failed, and sends it to the error output where the node has one.
      const details = error.description ? { details: error.description } : {};
      outputs.at(-1)?.push({ json: { error: error.message, ...details }, pairedItem: { item: itemIndex } });
    }
  }
  const results = outputs.flat();
  if (results.some(isParked)) await park(context, results, new Date(Date.now() + longest * 60_000));
  return outputs;
}
