import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import type { Context } from '../../shared/src/define/context.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event } from '../../shared/src/define/trigger.ts';
import { acceptEvents } from '../../shared/src/webhooks/accept-events.ts';
import { readConnection } from './connection-values.ts';
import { nodeError } from './error.ts';
import { makeHost, sendWith } from './host.ts';
import { chosenTrigger, readTriggerInput } from './triggers.ts';
import { pollingTriggers } from './trigger-properties.ts';

const minute = 60_000;

/** How far a poll looks back behind the last one, in milliseconds: vendors list what happened with some delay. */
const overlap = 15 * minute;

/** How far back the editor looks for an example, in milliseconds. */
const exampleWindow = 30 * 24 * 60 * minute;

/** Most IDs that are remembered. */
const mostSeen = 2000;

/** What is kept from one poll to the next. */
interface Memory {
  /** Milliseconds since 1970 of the last poll. */
  polledAt?: number;
  /** IDs that were told already, oldest first. */
  seen?: string[];
}

const itemOf = ({ data }: Event): INodeExecutionData => ({ json: data as INodeExecutionData['json'] });

async function ask(context: IPollFunctions, service: Service, since: number): Promise<Event[]> {
  const read = (name: string, fallback: unknown) => context.getNodeParameter(name, fallback);
  const trigger = chosenTrigger(pollingTriggers(service), read);
  const input = readTriggerInput(trigger, read) as never;
  const connection = await readConnection(context, service.connection);
  const host = makeHost({ send: sendWith(context, service.connection), logger: context.logger });
  return (await trigger.poll(input, new Date(since), { host, connection } as Context<never>)) as Event[];
}

/**
 * Asks what has happened since the last time. The first poll of an active workflow only remembers what is there; in the
 * editor the newest event is shown and nothing is remembered.
 */
export async function pollEvents(context: IPollFunctions, service: Service): Promise<INodeExecutionData[][] | null> {
  try {
    const now = Date.now();
    if (context.getMode() === 'manual') {
      const [newest] = await ask(context, service, now - exampleWindow);
      return newest ? [[itemOf(newest)]] : null;
    }
    const memory = context.getWorkflowStaticData('node') as Memory;
    const isFirst = memory.polledAt === undefined;
    const events = await ask(context, service, (memory.polledAt ?? now) - overlap);
    const seen = new Set(memory.seen ?? []);
    const { accepted } = await acceptEvents(events, {}, (id) => !seen.has(id));
    const fresh = accepted.reverse();
    memory.polledAt = now;
    memory.seen = [...seen, ...fresh.map(({ id }) => id)].slice(-mostSeen);
    return isFirst || fresh.length === 0 ? null : [fresh.map(itemOf)];
  } catch (error) {
    throw nodeError(context.getNode(), error);
  }
}
