import { sleep, type ITriggerFunctions } from 'n8n-workflow';
import { describeError, PipewrightError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { filterEvents } from '../../shared/src/webhooks/accept-events.ts';
import { readConnection } from './connection-values.ts';
import { deduplicationKey, itemOf, triggerKey, type Emit } from './emitters.ts';
import { makeHost, sendWith } from './host.ts';
import { claimEvent, settleEvent } from './dedupe.ts';

const minute = 60_000;

/** How far before the last sign of life a search begins, in milliseconds: a delivery may have been on its way. */
const overlap = 15 * minute;

/** Milliseconds for which the start of a workflow waits for the first search. */
const patience = 3_000;

/** How seldom the last sign of life is written down, in milliseconds; n8n keeps it with the workflow. */
const markedEvery = minute;

interface Memory {
  /** Milliseconds since 1970 at which the workflow was published: what was before is not missed. */
  listensSince?: number;
  /** Milliseconds since 1970 at which the trigger was last known to work. */
  aliveAt?: number;
}

const memoryOf = (context: Pick<ITriggerFunctions, 'getWorkflowStaticData'>): Memory =>
  context.getWorkflowStaticData('node') as Memory;

/** Forgets since when a trigger listens, when its workflow is taken back: what happens from then on is not missed. */
export function stopsListening(context: Pick<ITriggerFunctions, 'getWorkflowStaticData'>): void {
  const memory = memoryOf(context);
  delete memory.listensSince;
  delete memory.aliveAt;
}

/** An emitter that also notes that events come; n8n saves the note with the execution that is started. */
function noting(context: ITriggerFunctions, emit: Emit): Emit {
  return (...event) => {
    const memory = memoryOf(context);
    const now = Date.now();
    if (now - (memory.aliveAt ?? 0) > markedEvery) memory.aliveAt = now;
    return emit(...event);
  };
}

/** Events read from the vendor are as genuine as its log-in; no secret was matched. */
const provenByLogin = { verified: true, matchedSecret: 'none' };

/** What a search works with. */
interface Setting {
  context: ITriggerFunctions;
  service: Service;
  trigger: WebhookTrigger;
  input: Record<string, unknown>;
  emit: Emit;
}

async function startMissed({ context, service, trigger, input, emit }: Setting): Promise<void> {
  const memory = memoryOf(context);
  const now = Date.now();
  memory.listensSince ??= now;
  const since = Math.max(memory.listensSince, (memory.aliveAt ?? now) - overlap);
  const connection = await readConnection(context, service.connection);
  const host = makeHost({ send: sendWith(context, service.connection), logger: context.logger });
  const events: Event[] =
    (await trigger.missed?.(input as never, new Date(since), { host, connection } as Context<never>)) ?? [];
  const key = triggerKey(context);
  for (const { id, data } of filterEvents(events, input)) {
    const claimed = `${key}:${id}`;
    if (!(await claimEvent(claimed))) continue;
    try {
      emit([[itemOf({ id, data: { ...data, ...provenByLogin } })]], undefined, undefined, deduplicationKey(key, id));
      settleEvent(claimed, true);
    } catch (error) {
      settleEvent(claimed, false);
      throw error;
    }
  }
  memory.aliveAt = now;
}

/** How a trigger looks for what it missed. */
export interface CatchUp {
  /** The emitter that deliveries are to use. */
  emit: Emit;
  /**
   * Looks now, and from then on every hour. A vendor that cannot be reached does not keep the workflow from starting.
   * @throws PipewrightError `bad-input` when the form asks for what cannot be looked for
   */
  begin(): Promise<void>;
}

/**
 * Prepares to look for events that never came, if the form asks for it. Those that did come are told apart by the key under
 * which n8n keeps their executions.
 */
export function openCatchUp(
  context: ITriggerFunctions,
  service: Service,
  trigger: WebhookTrigger,
  input: Record<string, unknown>,
): CatchUp {
  const emit: Emit = context.emit.bind(context);
  if (!trigger.missed || input['looksForMissed'] !== true) return { emit, begin: async () => undefined };
  const setting = { context, service, trigger, input, emit: noting(context, emit) };
  const look = (): Promise<void> =>
    startMissed(setting).catch((error: unknown) => {
      if (error instanceof PipewrightError && error.code === 'bad-input') throw error;
      context.logger.warn(
        `${service.name}: missed events could not be looked for. ${redact(describeError(error, 'n8n'))}`,
      );
    });
  return {
    emit: setting.emit,
    async begin() {
      const minuteOfHour = Math.floor(Math.random() * 60);
      context.helpers.registerCron(
        { expression: `0 ${minuteOfHour} * * * *` },
        () => void look().catch(() => undefined),
      );
      // n8n starts its workflows one after the other, so a slow vendor must not hold them up.
      await Promise.race([look(), sleep(patience)]);
    },
  };
}
