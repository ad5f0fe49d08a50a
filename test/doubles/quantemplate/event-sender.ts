import { iso, type SandboxContext } from '../server/context.ts';
import { deliver, placeOf, type DeliveryRecord } from '../server/deliver.ts';

/** How a receiver authenticates events: Quantemplate does not sign them, so both sides share a secret. */
export type SharedSecret =
  | { kind: 'header'; name: string; value: string }
  | { kind: 'basic'; user: string; password: string }
  | { kind: 'query'; name: string; value: string };

/** A subscriber. */
export interface Receiver {
  url: string;
  /** One of the two documented envelopes. Default: `B`, which the Azure guide uses. */
  envelope?: 'A' | 'B';
  secret?: SharedSecret;
}

/** `DatasetUpdated` with `datasetId`, or `PipelineCompleted` with `pipelineId`, `pipelineExecutionId` and `status`. */
export interface QuantemplateEvent {
  name: string;
  payload: Record<string, unknown>;
  /** Default: a new ID. The same ID again is a duplicate delivery. */
  id?: string;
}

/**
 * Sends Quantemplate's events once each; retries are not documented.
 * @see https://quantemplate.readme.io/reference-link/events
 */
export class EventSender {
  #context: SandboxContext;
  #receivers: Receiver[] = [];
  readonly deliveries: DeliveryRecord[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Sends all further events to this URL. */
  subscribe(receiver: Receiver): void {
    this.#receivers.push(receiver);
  }

  /** Deletes receivers and deliveries. */
  clear(): void {
    this.#receivers = [];
    this.deliveries.length = 0;
  }

  /** Sends an event to every subscriber. */
  async publish(event: QuantemplateEvent): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => this.send(receiver, event)));
  }

  /** Sends an event to one URL. */
  async send(
    receiver: Receiver,
    { name, payload, id = this.#context.identifiers.uuid() }: QuantemplateEvent,
  ): Promise<DeliveryRecord> {
    const at = iso(this.#context.clock.now());
    const inner = { ...payload, eventName: name };
    const event =
      receiver.envelope === 'A'
        ? { eventId: id, eventName: name, created: at, payload: inner }
        : { id, name, created: at, payload: inner };
    const url = new URL(receiver.url);
    const headers: Record<string, string> = {};
    const { secret } = receiver;
    if (secret?.kind === 'header') headers[secret.name.toLowerCase()] = secret.value;
    if (secret?.kind === 'basic')
      headers['authorization'] = `Basic ${Buffer.from(`${secret.user}:${secret.password}`).toString('base64')}`;
    if (secret?.kind === 'query') url.searchParams.set(secret.name, secret.value);
    const outcome = await deliver(url.href, JSON.stringify(event), headers, 30_000);
    const record = {
      at,
      vendor: 'quantemplate',
      event: name,
      eventId: id,
      to: placeOf(receiver.url),
      attempt: 1,
      ...outcome,
    };
    this.deliveries.push(record);
    return record;
  }
}
