import { sleep, type IExecuteFunctions, type INodeExecutionData, type IRun } from 'n8n-workflow';
import type { Event } from '../../shared/src/define/trigger.ts';
import { deduplicationKey, itemOf, triggerKey, type Emit } from './emitters.ts';

/** How long to wait for the execution of an event to start; senders expect an answer within two seconds. */
const firstTimeoutMs = 1_000;

/** How long to wait for n8n to reject the second emit of an event. */
const secondTimeoutMs = 700;

/** How long to wait if executions run in other processes (queue mode), which makes their start invisible here. */
const queueModeTimeoutMs = 300;

/** If no execution starts in this process for this long after the first event, executions run in other processes. */
const queueModeEvidenceMs = 60_000;

/** Callbacks for started executions, by trigger and input item. */
const awaited = new Map<string, () => void>();

/** Whether this process runs executions of triggers. n8n does not tell a node, so the first one that starts shows it. */
let runsHere = false;

/** When this process emitted its first event. */
let firstEmitAt: number | undefined;

const runsElsewhere = (): boolean =>
  !runsHere && firstEmitAt !== undefined && Date.now() - firstEmitAt > queueModeEvidenceMs;

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
 * rejects the deduplication key of a stored execution. Until an execution has started in this process, an event is not emitted
 * twice, because in queue mode n8n would replace the execution that waits for a worker.
 * @returns whether n8n has stored the event; if false, the sender should repeat it, and n8n starts it only once
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
  firstEmitAt ??= Date.now();
  try {
    const first = emitOnce();
    if (runsElsewhere()) {
      await Promise.race([started, first, late(queueModeTimeoutMs)]);
      return true;
    }
    if (await Promise.race([started, first, late(firstTimeoutMs)])) return true;
    return await Promise.race([started, first, ...(runsHere ? [emitOnce()] : []), late(secondTimeoutMs)]);
  } finally {
    awaited.delete(name);
  }
}
