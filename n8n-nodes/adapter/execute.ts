import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isObject } from '../../shared/src/host/is-object.ts';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Branches, Operation, Output } from '../../shared/src/define/operation.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { readConnection } from './connection-values.ts';
import { arrange, branchesOf, outputFor, routeError, type Routed } from './branching.ts';
import { nodeError } from './error.ts';
import { executionHints } from './execution-hints.ts';
import { filesOf, StoredBinary } from './files.ts';
import { optionsName } from './form.ts';
import { hostFor, type OperatorOptions } from './host.ts';
import { simplified } from './simplify.ts';
import { outputFieldName, simplifyName } from './operation-properties.ts';
import { readParameters } from './parameters.ts';
import { startIdentity } from './start-identity.ts';
import { park, startParked, type ParkedRow, type ParkedRun } from './parking.ts';

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
  routed: Routed[];
  /** Number of outputs of the operation. */
  outputs: number;
  /** Present if the run of the item is still active and its execution must be parked. */
  parked?: ParkedRun;
}

/** What the execution of one item needs. */
interface ItemWork {
  operation: Operation;
  input: RawInput;
  branches: Branches | undefined;
  itemIndex: number;
}

async function executeItem(
  context: IExecuteFunctions,
  service: Service,
  { operation, input, branches, itemIndex }: ItemWork,
  executeOptions: OperatorOptions,
): Promise<Omit<Executed, 'outputs'>> {
  const signal = context.getExecutionCancelSignal();
  const host = hostFor(context, service.connection, {
    files: filesOf(context, itemIndex),
    signal,
    start: operation.effect === 'unsafe' ? startIdentity(context, itemIndex) : {},
    ...executeOptions,
  });
  const operationContext: Context = {
    host,
    connection: operation.worksOffline ? {} : await readConnection(context, service.connection, itemIndex),
  };
  const options = context.getNodeParameter(optionsName, itemIndex, {}) as IDataObject;
  const isSimple = operation.simple !== undefined && context.getNodeParameter(simplifyName, itemIndex, false) === true;
  const simple = isSimple ? operation.simple : undefined;
  const toItem = (result: Output) =>
    itemOf(simplified(result, simple), String(options[outputFieldName] || 'data'), itemIndex);
  const route = (result: Output, items: readonly Output[] = [result]): Omit<Executed, 'outputs'> => {
    const output = outputFor(context, branches, result);
    return { routed: items.map((item) => ({ item: toItem(item), output })) };
  };
  if (operation.kind === 'search')
    return { routed: (await operation.run(input, operationContext)).flatMap((found) => route(found).routed) };
  try {
    if (operation.callback?.isChosen(input)) {
      const started = await startParked(context, {
        simple,
        operation,
        callback: operation.callback,
        input,
        operationContext,
        itemIndex,
      });
      context.addExecutionHints(...executionHints(started.output, false));
      if (!started.parked) return route(started.output);
      return { routed: [{ item: toItem(started.output), output: 0 }], parked: started.parked };
    }
    const result = await operation.run(input, operationContext);
    const list = operation.items?.(input);
    context.addExecutionHints(...executionHints(result, list !== undefined));
    return route(result, list === undefined ? [result] : [result[list]].flat().filter(isObject));
  } catch (error) {
    if (!(error instanceof PipewrightError) || !error.output || !branches) throw error;
    const output = outputFor(context, branches, error.output, error);
    if (error.code === 'timed-out')
      context.addExecutionHints({ message: describeError(error, 'n8n'), type: 'warning', location: 'outputPane' });
    return { routed: [{ item: toItem(error.output), output }] };
  }
}

/**
 * Runs the selected operation for every item and routes the results to the output that the operation selects. If the vendor
 * sends a callback, the execution is parked until it arrives. With Continue On Fail, the error of a failed item becomes an item,
 * paired with the input item; a stopped execution always ends.
 */
export async function executeOperations(
  context: IExecuteFunctions,
  service: Service,
  options: OperatorOptions = {},
): Promise<INodeExecutionData[][]> {
  const executed: Executed[] = [];
  for (let itemIndex = 0; itemIndex < context.getInputData().length; itemIndex += 1) {
    let branches: Branches | undefined;
    try {
      const operation = chosenOperation(context, service, itemIndex);
      const input = readParameters(operation.input, (name, fallback) =>
        context.getNodeParameter(name, itemIndex, fallback),
      );
      branches = branchesOf(context.getNode(), operation, input);
      const work = { operation, input, branches, itemIndex };
      executed.push({
        outputs: branches?.names.length ?? 1,
        ...(await executeItem(context, service, work, options)),
      });
    } catch (raised) {
      if (raised instanceof PipewrightError && raised.code === 'cancelled')
        throw nodeError(context.getNode(), raised, itemIndex);
      executed.push({
        outputs: branches?.names.length ?? 1,
        routed: [routeError(context, branches, raised, itemIndex)],
      });
    }
  }
  if (executed.some(({ parked }) => parked)) {
    const rows = executed.flatMap(({ routed, parked }): ParkedRow[] =>
      routed.map((row) => (parked ? { ...row, run: parked } : row)),
    );
    await park(context, service, rows);
  }
  return arrange(
    executed.flatMap(({ routed }) => routed),
    Math.max(1, ...executed.map(({ outputs }) => outputs)),
  );
}
