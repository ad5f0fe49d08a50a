import type { INode, INodeExecutionData } from 'n8n-workflow';
import { isObject } from '../../shared/src/host/is-object.ts';
import type { PipewrightError } from '../../shared/src/host/error.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Branches, Operation, Output } from '../../shared/src/define/operation.ts';
import type { NodeContext } from './context.ts';
import { nodeError, type NodeError } from './error.ts';
import { isTool } from './is-tool.ts';

/** The branches of an operation with an input. A tool of an AI agent has a single output, so branches do not apply there. */
export function branchesOf(node: INode, operation: Operation, input: RawInput): Branches | undefined {
  const branches = operation.kind === 'action' && !isTool(node) ? operation.branches : undefined;
  return branches?.isChosen(input) ? branches : undefined;
}

/**
 * Whether an output of the node is connected. False if this is unknown: the workflow is not part of n8n's types, and a step
 * that is executed alone in the editor does not have the connections after it.
 */
function isConnected(context: NodeContext, output: number): boolean {
  const workflow = 'workflow' in context ? context.workflow : undefined;
  const connections = isObject(workflow) ? workflow['connectionsBySourceNode'] : undefined;
  const ofNode = isObject(connections) ? connections[context.getNode().name] : undefined;
  const outputs: unknown = isObject(ofNode) ? ofNode['main'] : undefined;
  const targets: unknown = Array.isArray(outputs) ? outputs[output] : undefined;
  return Array.isArray(targets) && targets.length > 0;
}

/** Whether the node continues after an error (On Error). */
function continuesOnError({ onError, continueOnFail }: INode): boolean {
  return onError === undefined ? continueOnFail === true : onError !== 'stopWorkflow';
}

/**
 * The output for a result.
 * @param failure the error that explains the result, if there is one
 * @throws the error of the result if its output is not connected, so that it is not lost
 */
export function outputFor(
  context: NodeContext,
  branches: Branches | undefined,
  result: Output,
  failure?: PipewrightError,
): number {
  const output = branches?.of(result) ?? 0;
  if (output > 0 && branches?.failure && !isConnected(context, output)) throw failure ?? branches.failure(result);
  return output;
}

/**
 * The output for the error of an item when the node continues: the last one, or the first one for an operation that fails
 * when its last output is not connected.
 */
function errorOutputFor(context: NodeContext, branches: Branches | undefined): number {
  const last = (branches?.names.length ?? 1) - 1;
  return branches?.failure && !isConnected(context, last) ? 0 : last;
}

/** The item for an error. n8n recognizes failed items by these names and routes them to the error output, if the node has one. */
function errorItem(error: NodeError, itemIndex: number): INodeExecutionData {
  const details = error.description ? { details: error.description } : {};
  return { json: { error: error.message, ...details }, pairedItem: { item: itemIndex } };
}

/** An item and its output. */
export interface Routed {
  item: INodeExecutionData;
  /** Index of the output. */
  output: number;
}

/**
 * Routes the error of an item when the node continues.
 * @throws NodeError unless the node continues
 */
export function routeError(
  context: NodeContext,
  branches: Branches | undefined,
  raised: unknown,
  itemIndex: number,
): Routed {
  const error = nodeError(context.getNode(), raised, itemIndex);
  if (!continuesOnError(context.getNode())) throw error;
  return { item: errorItem(error, itemIndex), output: errorOutputFor(context, branches) };
}

/** The items of each output. */
export function arrange(routed: readonly Routed[], outputs: number): INodeExecutionData[][] {
  return Array.from({ length: outputs }, (_, index) =>
    routed.filter(({ output }) => output === index).map(({ item }) => item),
  );
}
