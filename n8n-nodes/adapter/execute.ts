import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isObject } from '../../shared/src/host/is-object.ts';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Branches, Operation, Output } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { readConnection } from './connection-values.ts';
import { nodeError } from './error.ts';
import { filesOf, StoredBinary } from './files.ts';
import { optionsName } from './form.ts';
import { makeHost, sendWith } from './host.ts';
import { isTool } from './is-tool.ts';
import { outputFieldName } from './operation-properties.ts';
import { readParameters } from './parameters.ts';
import { startIdentity } from './start-identity.ts';
import { startParked, isParked, park } from './parking.ts';

/** Options for all executions of a node. */
export interface ExecuteOptions {
  /** A folder for persistent files, if the operator of n8n allows one. */
  lastingFolder?: string | undefined;
}

function chosenOperation(context: IExecuteFunctions, service: Service, itemIndex: number): Operation {
  const key = String(context.getNodeParameter('operation', itemIndex));
  const found = service.operations.find((operation) => operation.key === key);
  if (found) return found;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `${service.name} has no operation “${key}”.`,
    hint: 'Select an operation from the list.',
  });
}

/** One result as an item; files become its binary data. */
function itemOf(result: Output, binaryField: string, itemIndex: number): INodeExecutionData {
  const binary: IBinaryKeyData = {};
  const json: IDataObject = {};
  for (const [name, value] of Object.entries(result)) {
    if (value instanceof StoredBinary) binary[binaryField] = value.data;
    else if (value !== undefined) json[name] = value as IDataObject;
  }
  return { json, ...(Object.keys(binary).length > 0 ? { binary } : {}), pairedItem: { item: itemIndex } };
}

/** The result of one input item. */
interface Executed {
  items: INodeExecutionData[];
  /** Minutes for which the execution may stay parked. */
  minutes: number;
  /** Index of the output. */
  output: number;
}

async function executeItem(
  context: IExecuteFunctions,
  service: Service,
  operation: Operation,
  itemIndex: number,
  executeOptions: ExecuteOptions,
): Promise<Executed> {
  const input = readParameters(operation.input, (name, fallback) =>
    context.getNodeParameter(name, itemIndex, fallback),
  );
  const signal = context.getExecutionCancelSignal();
  const host = makeHost({
    send: sendWith(context, service.connection),
    logger: context.logger,
    files: filesOf(context, itemIndex),
    signal,
    start: operation.effect === 'unsafe' ? startIdentity(context, itemIndex) : {},
    ...executeOptions,
  });
  const operationContext: Context = {
    host,
    connection: await readConnection(context, service.connection, itemIndex),
  };
  if (operation.kind === 'action' && operation.callback?.isChosen(input)) {
    const { key, callback } = operation;
    return {
      items: [await startParked(context, { key, callback, input, operationContext, itemIndex })],
      minutes: callback.timeoutMinutes(input),
      output: 0,
    };
  }
  const options = context.getNodeParameter(optionsName, itemIndex, {}) as IDataObject;
  const toItem = (result: Output) => itemOf(result, String(options[outputFieldName] || 'data'), itemIndex);
  if (operation.kind === 'search') {
    const found = await operation.run(input, operationContext);
    return { items: found.map(toItem), minutes: 0, output: 0 };
  }
  const result = await operation.run(input, operationContext);
  const items = operation.items === undefined ? [result] : [result[operation.items]].flat().filter(isObject);
  return { items: items.map(toItem), minutes: 0, output: branchesOf(context, operation)?.of(result) ?? 0 };
}

/** The branches of an operation. A tool of an AI agent has a single output, so branches do not apply there. */
function branchesOf(context: IExecuteFunctions, operation: Operation): Branches | undefined {
  return operation.kind === 'action' && !isTool(context) ? operation.branches : undefined;
}

/**
 * Runs the selected operation for every item and routes the results to the output that the operation selects. If the vendor
 * sends a callback, the execution is parked until it arrives. With Continue On Fail, the error of a failed item goes to the last output,
 * paired with the item; a stopped execution always ends.
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
      // n8n recognizes failed items by these names and routes them to the error output, if the node has one.
      const details = error.description ? { details: error.description } : {};
      outputs.at(-1)?.push({ json: { error: error.message, ...details }, pairedItem: { item: itemIndex } });
    }
  }
  const results = outputs.flat();
  if (results.some(isParked)) await park(context, results, new Date(Date.now() + longest * 60_000));
  return outputs;
}
