import { sleep, type IExecuteFunctions, type INodeExecutionData, type IRun } from 'n8n-workflow';
import type { Event } from '../../shared/src/define/trigger.ts';
import { deduplicationKey, itemOf, triggerKey, type Emit } from './emitters.ts';

/** How long to wait for the execution of an event to start; senders expect an answer within two seconds. */
const firstTimeoutMs = 1_000;

/** How long to wait for n8n to reject the second emit of an event. */
const secondTimeoutMs = 700;

/** How long to wait if executions run in other processes, which makes their start invisible here. */
const queueModeTimeoutMs = 300;

/** Callbacks for started executions, by trigger and input item. */
const awaited = new Map<string, () => void>();

/** Whether this process runs executions of triggers. */
let runsHere = false;

const startKey = (key: string, { json }: INodeExecutionData): string => `${key}:${JSON.stringify(json)}`;

/** Reports that an execution of a trigger has started with these items. */
export function reportStart(
  context: Pick<IExecuteFunctions, 'getWorkflow' | 'getNode'>,
  items: readonly INodeExecutionData[],
): void {
  runsHere = true;
  const key = triggerKey(context);
  for (const item of items) awaited.get(startKey(key, item))?.();
}

/**
 * Emits an event and waits until its execution is stored, so that the sender is answered only then: n8n accepts events faster
 * than it stores them and loses the rest when it stops. If the start is not visible in time, the event is emitted again: n8n
 * rejects the deduplication key of a stored execution.
 * @returns whether n8n has stored the event
 * @throws the error of n8n when it could not store the execution
 */
export async function emitAndConfirm(emit: Emit, key: string, event: Event): Promise<boolean> {
  const item = itemOf(event);
  const name = startKey(key, item);
  const started = new Promise<true>((resolve) => awaited.set(name, () => resolve(true)));
  const emitOnce = (): Promise<true> => {
    const done = Promise.withResolvers<IRun>();
    emit([[item]], undefined, done, deduplicationKey(key, event.id));
    return done.promise.then(() => true as const);
  };
  const late = (milliseconds: number): Promise<false> => sleep(milliseconds).then(() => false as const);
  try {
    const first = emitOnce();
    if (await Promise.race([started, first, late(runsHere ? firstTimeoutMs : queueModeTimeoutMs)])) return true;
    if (!runsHere) return true;
    return await Promise.race([started, first, emitOnce(), late(secondTimeoutMs)]);
  } finally {
    awaited.delete(name);
  }
}
