import { sleep, type ITriggerFunctions } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import { filterEvents } from '../../shared/src/webhooks/accept-events.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { readConnection } from './connection-values.ts';
import { deduplicationKey, itemOf, triggerKey, type Emit } from './emitters.ts';
import { hostFor } from './host.ts';
import { claimEvent, settleEvent } from './dedupe.ts';

const minuteMs = 60_000;

/** How far before the last sign of life a search starts, because a delivery may have been in flight. */
const overlapMs = 15 * minuteMs;

/** How long activating a workflow waits for the first search. */
const firstSearchTimeoutMs = 3_000;

/** Shortest time between two saves of the last sign of life, which n8n stores with the workflow. */
const saveIntervalMs = minuteMs;

/** The state stored with the workflow. Timestamps are in milliseconds since 1970. */
interface StoredState {
  /** When the workflow was published; earlier events do not count as missed. */
  listensSince?: number;
  /** When the trigger was last known to work. */
  aliveAt?: number;
}

const stateOf = (context: Pick<ITriggerFunctions, 'getWorkflowStaticData'>): StoredState =>
  context.getWorkflowStaticData('node');

/** Clears the stored state when the workflow is deactivated: later events do not count as missed. */
export function stopsListening(context: Pick<ITriggerFunctions, 'getWorkflowStaticData'>): void {
  const state = stateOf(context);
  delete state.listensSince;
  delete state.aliveAt;
}

/** An emitter that also records that events arrive; n8n saves the record with the execution. */
function recordingEmitter(context: ITriggerFunctions, emit: Emit): Emit {
  return (...event) => {
    const state = stateOf(context);
    const now = Date.now();
    if (now - (state.aliveAt ?? 0) > saveIntervalMs) state.aliveAt = now;
    return emit(...event);
  };
}

/** Events read from the vendor are as authentic as the login; no secret was matched. */
const verifiedByLogin = { verified: true, matchedSecret: 'none' };

interface Setting {
  context: ITriggerFunctions;
  service: Service;
  trigger: WebhookTrigger;
  input: RawInput;
  emit: Emit;
}

async function emitMissed({ context, service, trigger, input, emit }: Setting): Promise<void> {
  const state = stateOf(context);
  const now = Date.now();
  state.listensSince ??= now;
  const since = Math.max(state.listensSince, (state.aliveAt ?? now) - overlapMs);
  const connection = await readConnection(context, service.connection);
  const host = hostFor(context, service.connection);
  const events = (await trigger.missed?.(input, new Date(since), { host, connection })) ?? [];
  const key = triggerKey(context);
  for (const { id, data } of filterEvents(trigger, events, input)) {
    const eventKey = `${key}:${id}`;
    if (!(await claimEvent(eventKey))) continue;
    try {
      emit([[itemOf({ id, data: { ...data, ...verifiedByLogin } })]], undefined, undefined, deduplicationKey(key, id));
      settleEvent(eventKey, true);
    } catch (error) {
      settleEvent(eventKey, false);
      throw error;
    }
  }
  state.aliveAt = now;
}

/** How a trigger recovers missed events. */
export interface CatchUp {
  /** The emitter for deliveries. */
  emit: Emit;
  /**
   * Searches immediately, then every hour. An unreachable vendor does not prevent the workflow from starting.
   * @throws PipewrightError `invalid-input` when the vendor does not support the query that the form requires
   */
  start(): Promise<void>;
}

/** Prepares to recover missed events if Recover Missed Events is on. n8n's deduplication key excludes events that were delivered. */
export function openCatchUp(
  context: ITriggerFunctions,
  service: Service,
  trigger: WebhookTrigger,
  input: RawInput,
): CatchUp {
  const emit: Emit = context.emit.bind(context);
  if (!trigger.recoversMissed(input)) return { emit, start: async () => undefined };
  const setting = { context, service, trigger, input, emit: recordingEmitter(context, emit) };
  const search = (): Promise<void> =>
    emitMissed(setting).catch((error: unknown) => {
      if (error instanceof PipewrightError && error.code === 'invalid-input') throw error;
      context.logger.warn(
        `${service.name}: missed events could not be recovered. ${redact(describeError(error, 'n8n'))}`,
      );
    });
  return {
    emit: setting.emit,
    async start() {
      const minuteOfHour = Math.floor(Math.random() * 60);
      context.helpers.registerCron(
        { expression: `0 ${minuteOfHour} * * * *` },
        () => void search().catch(() => undefined),
      );
      // n8n activates workflows one after another, so a slow vendor must not block the others.
      await Promise.race([search(), sleep(firstSearchTimeoutMs)]);
    },
  };
}
