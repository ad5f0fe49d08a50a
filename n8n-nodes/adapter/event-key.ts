import { createHash } from 'node:crypto';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** Node types of triggers of Pipewright, from any of its packages. */
const triggerType = /^(?:n8n-nodes-pipewright[\w-]*|CUSTOM)\.\w+Trigger$/;

/** The property of a trigger's item that identifies its event; n8n stores it beside the data. */
const eventIdName = 'eventId';

/** Adds the ID of an event to its item, beside the data that users see. */
export function withEventId(item: INodeExecutionData, eventId: string): INodeExecutionData {
  return { ...item, [eventIdName]: eventId };
}

const eventIdOf = (item: INodeExecutionData | undefined): string | undefined => {
  const id = item?.[eventIdName];
  return typeof id === 'string' ? id : undefined;
};

/** The name of the Pipewright trigger that started the execution, if one did. */
function startingTrigger(context: IExecuteFunctions): string | undefined {
  const proxy = context.getWorkflowDataProxy(0);
  return context
    .getParentNodes(context.getNode().name)
    .find(({ name, type }) => triggerType.test(type) && proxy.$(name).isExecuted === true)?.name;
}

/**
 * The event that an item goes back to; all events of the execution together if the item may have been made from several.
 */
function eventOf(context: IExecuteFunctions, trigger: string, itemIndex: number): string | undefined {
  const source = context.getWorkflowDataProxy(itemIndex).$(trigger);
  const all = (source.all() as INodeExecutionData[]).map(eventIdOf).filter((id) => id !== undefined);
  const unique = [...new Set(all)].sort();
  if (unique.length < 2) return unique[0];
  const together = JSON.stringify(unique);
  // n8n pairs the only item of a node with the first item that the node received, even if it was made from all of them.
  if (context.getInputData().length === 1) return together;
  try {
    return eventIdOf(source.item as INodeExecutionData) ?? together;
  } catch {
    return together;
  }
}

/** The items that a node has worked on for each event, by run of the node. n8n stores this with the execution. */
type Worked = Record<string, Record<string, number[]>>;

/**
 * How many items of an event the node has worked on before this one, in this run of the node and in earlier ones. Stays the same
 * when n8n retries the node.
 */
function positionOf(context: IExecuteFunctions, event: string, itemIndex: number): number {
  const store: { worked?: Worked } = context.getContext('node');
  const runs = ((store.worked ??= {})[event] ??= {});
  const runIndex = Number(context.getWorkflowDataProxy(itemIndex)['$runIndex']);
  const items = (runs[runIndex] ??= []);
  if (!items.includes(itemIndex)) items.push(itemIndex);
  return Object.entries(runs)
    .filter(([run]) => Number(run) <= runIndex)
    .flatMap(([run, indexes]) => (Number(run) < runIndex ? indexes : indexes.filter((index) => index < itemIndex)))
    .length;
}

/**
 * Identifies what the node does for the event of an item: the event, the node, and which of the event's items it is. An event
 * that is delivered again has the same key, although it starts another execution; the items of a loop have different keys, so
 * that one event may start several runs. Undefined if the execution was not started by a trigger of Pipewright, and when the
 * workflow is tested in the editor.
 */
export function eventKeyOf(context: IExecuteFunctions, itemIndex: number): string | undefined {
  if (context.getMode() === 'manual') return undefined;
  const trigger = startingTrigger(context);
  const event = trigger === undefined ? undefined : eventOf(context, trigger, itemIndex);
  if (event === undefined) return undefined;
  const parts = [context.getWorkflow().id, context.getNode().id, event, positionOf(context, event, itemIndex)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
