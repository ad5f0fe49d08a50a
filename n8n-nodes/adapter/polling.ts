import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event } from '../../shared/src/define/trigger.ts';
import { acceptEvents } from '../../shared/src/webhooks/accept-events.ts';
import { readConnection } from './connection-values.ts';
import { itemOf } from './emitters.ts';
import { nodeError } from './error.ts';
import { hostFor } from './host.ts';
import { readTriggerInput, selectedTrigger } from './triggers.ts';
import { pollingTriggers } from './trigger-properties.ts';

const minuteMs = 60_000;

/** How far a poll reaches back before the previous one: vendors list events with some delay. */
const overlapMs = 15 * minuteMs;

/** How far back the editor searches for an example. */
const exampleWindowMs = 30 * 24 * 60 * minuteMs;

/** How many IDs of events that the last poll did not find are remembered, because a list may show them again. */
const maxSeen = 2000;

/** The state stored with the workflow between polls. */
interface StoredState {
  /** The previous poll, in milliseconds since 1970. */
  polledAt?: number;
  /** IDs of known events, wanted or not: those that the last poll found come last. */
  seen?: string[];
  /** What was polled when these IDs were found; missing if an earlier version stored them. */
  list?: string;
}

/** The selected trigger with its input and connection. */
async function openTrigger(context: IPollFunctions, service: Service) {
  const read = (name: string, fallback: unknown) => context.getNodeParameter(name, fallback);
  const trigger = selectedTrigger(pollingTriggers(service), read);
  const input = readTriggerInput(trigger, read);
  const connection = await readConnection(context, service.connection);
  const host = hostFor(context, service.connection, { start: { isTest: context.getMode() === 'manual' } });
  return {
    list: `${trigger.key}:${trigger.list(input, connection)}`,
    poll: (since: number) => trigger.poll(input, new Date(since), { host, connection }),
    wanted: (events: readonly Event[]) => events.filter(({ data }) => trigger.isWanted(data, input)),
  };
}

/**
 * Emits the events since the previous poll. The first poll of an active workflow, and the first one after a change of what is
 * polled, only records existing events. A test in the editor returns the newest event and records nothing.
 */
export async function pollEvents(context: IPollFunctions, service: Service): Promise<INodeExecutionData[][] | null> {
  try {
    const now = Date.now();
    const { list, poll, wanted } = await openTrigger(context, service);
    if (context.getMode() === 'manual') {
      const [newest] = wanted(await poll(now - exampleWindowMs));
      return newest ? [[itemOf(newest)]] : null;
    }
    const state: StoredState = context.getWorkflowStaticData('node');
    const isSameList = state.list === undefined || state.list === list;
    const { polledAt, seen: known = [] } = isSameList ? state : {};
    // A clock that was ahead for a while must not hide what finishes until it would be that late.
    const events = await poll(Math.min(polledAt ?? now, now) - overlapMs);
    const seen = new Set(known);
    const { accepted } = await acceptEvents(events, (id) => !seen.has(id));
    const fresh = wanted(accepted.reverse());
    state.polledAt = now;
    state.list = list;
    // An event that is still listed is never forgotten, or a list without end times would emit it again.
    const listed = new Set(events.map(({ id }) => id));
    state.seen = [...[...seen].filter((id) => !listed.has(id)).slice(-maxSeen), ...listed];
    return polledAt === undefined || fresh.length === 0 ? null : [fresh.map(itemOf)];
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
