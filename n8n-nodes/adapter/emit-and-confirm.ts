import { sleep, type IExecuteFunctions, type INodeExecutionData, type IRun } from 'n8n-workflow';
import type { Event } from '../../shared/src/define/trigger.ts';
import { deduplicationKey, itemOf, triggerKey, type Emit } from './emitters.ts';

/** Milliseconds that an event is given to become an execution; senders are to be answered within two seconds. */
const patience = 1_000;

/** Milliseconds that n8n is given to say that it has the event already. */
const secondPatience = 700;

/** The same where executions run in other processes, so that it cannot be seen when they begin. */
const shortPatience = 300;

/** By what an execution begins with: who waits for it. */
const awaited = new Map<string, () => void>();

/** Whether this process runs executions of triggers. */
let runsHere = false;

const nameOf = (key: string, { json }: INodeExecutionData): string => `${key}:${JSON.stringify(json)}`;

/**
 * What a trigger node does when an execution begins: it tells that the execution is there, and hands on what was delivered.
 * Without the latter, n8n would wait for a second event when the workflow is tried in the editor.
 */
export function beginExecution(context: IExecuteFunctions): INodeExecutionData[][] {
  const items = context.getInputData();
  if (context.getMode() === 'trigger') {
    runsHere = true;
    const key = triggerKey(context);
    for (const item of items) awaited.get(nameOf(key, item))?.();
  }
  return [items];
}

/**
 * Hands an event to n8n and waits until it has become an execution, so that a sender is told so only then: n8n takes events
 * faster than it writes them down, and what it has not written is lost when it ends. Where that cannot be seen in time, n8n
 * is handed the event once more: it refuses the key of an execution that it has.
 * @returns whether n8n has the event
 * @throws what n8n says when it could not write the execution down
 */
export async function emitAndConfirm(emit: Emit, key: string, event: Event): Promise<boolean> {
  const item = itemOf(event);
  const name = nameOf(key, item);
  const begun = new Promise<true>((resolve) => awaited.set(name, () => resolve(true)));
  const tell = (): Promise<true> => {
    const { promise, ...done } = Promise.withResolvers<IRun | undefined>();
    emit([[item]], undefined, { promise, ...done } as never, deduplicationKey(key, event.id));
    return promise.then(() => true as const);
  };
  const late = (milliseconds: number): Promise<false> => sleep(milliseconds).then(() => false as const);
  try {
    const first = tell();
    if (await Promise.race([begun, first, late(runsHere ? patience : shortPatience)])) return true;
    if (!runsHere) return true;
    return await Promise.race([begun, first, tell(), late(secondPatience)]);
  } finally {
    awaited.delete(name);
  }
}
