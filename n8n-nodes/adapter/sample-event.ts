import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { describeError } from '../../shared/src/host/error.ts';
import { redact } from '../../shared/src/host/redact.ts';
import type { RawInput } from '../../shared/src/define/raw-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { filterEvents } from '../../shared/src/webhooks/accept-events.ts';
import { readConnection } from './connection-values.ts';
import { itemOf } from './emitters.ts';
import { hostFor } from './host.ts';
import { testWithName } from './test-with.ts';
import { webhookTriggers } from './trigger-properties.ts';
import { readTriggerInput, selectedTrigger } from './triggers.ts';

/** Whether an execution is a test with a sample event: n8n then starts the node with one empty item. */
export function testsWithSample(
  context: Pick<IExecuteFunctions, 'getMode' | 'getNodeParameter' | 'getInputData'>,
): boolean {
  const [item, ...more] = context.getInputData();
  const isEmpty = more.length === 0 && Object.keys(item?.json ?? {}).length === 0;
  return isEmpty && context.getMode() === 'manual' && context.getNodeParameter(testWithName, 0, '') === 'sampleEvent';
}

/** The newest event that the vendor lists, if it lists events and the form selects any. */
async function readNewest(
  context: IExecuteFunctions,
  service: Service,
  trigger: WebhookTrigger,
  input: RawInput,
): Promise<Event | undefined> {
  if (!trigger.recent) return undefined;
  try {
    const connection = await readConnection(context, service.connection);
    const host = hostFor(context, service.connection);
    const [newest] = filterEvents(trigger, await trigger.recent(input, { host, connection }), input);
    return newest && { ...newest, data: { ...newest.data, verified: true, matchedSecret: 'none' } };
  } catch (error) {
    context.logger.warn(
      `${service.name}: recent events could not be read, so the sample event is an example. ${redact(describeError(error, 'n8n'))}`,
    );
    return undefined;
  }
}

/** A sample event: the newest one that the vendor lists, otherwise an example. A hint in the output names which. */
export async function readSampleEvent(context: IExecuteFunctions, service: Service): Promise<INodeExecutionData> {
  const read = (name: string, fallback: unknown) => context.getNodeParameter(name, 0, fallback);
  const trigger = selectedTrigger(webhookTriggers(service), read);
  const newest = await readNewest(context, service, trigger, readTriggerInput(trigger, read));
  const what = newest ? `This is the newest event that ${service.name} lists.` : 'This is a sample event.';
  context.addExecutionHints({
    message: `${what} To test with the next real one, set Test With to Next Real Event.`,
    location: 'outputPane',
  });
  return itemOf(newest ?? { id: 'sample', data: trigger.sample });
}
