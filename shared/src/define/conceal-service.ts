import { isDownload, type Download } from './download.ts';
import { bytesWithoutSecrets, concealing, learnConnection, withoutSecrets, type Concealed } from './conceal.ts';
import { secretMask, type SecretMask } from '../host/secret-mask.ts';
import type { RawInput } from './raw-input.ts';
import type { Context } from './context.ts';
import type { Action, Callback, Operation } from './operation.ts';
import type { Event, Subscriber, Trigger } from './trigger.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { isObject } from '../host/is-object.ts';

function concealCallback(concealed: Concealed, callback: Callback): Callback {
  return {
    ...callback,
    start: (raw, context, callbackUrl) =>
      withoutSecrets(concealed, context, async (masked, mask) => {
        const started = await callback.start(raw, masked, () => {
          const url = callbackUrl();
          mask.add(url);
          return url;
        });
        // `kept` stays unmasked: only the platform sees it, and later passes it back.
        return { ...started, output: mask.value(started.output) };
      }),
    readFinished: (kept, context) => concealing(concealed, context, (masked) => callback.readFinished(kept, masked)),
  };
}

/** Wraps an operation to mask the secrets of its connections in outputs, errors and the log. */
export function concealOperation(concealed: Concealed, operation: Operation): Operation {
  if (operation.kind === 'search')
    return {
      ...operation,
      run: (raw, context) => concealing(concealed, context, (masked) => operation.run(raw, masked)),
    };
  const action: Action = {
    ...operation,
    run: (raw, context) => concealing(concealed, context, (masked) => operation.run(raw, masked)),
    ...(operation.callback ? { callback: concealCallback(concealed, operation.callback) } : {}),
  };
  if (!isDownload(operation)) return action;
  const download: Download = {
    ...action,
    open: (raw, context) =>
      withoutSecrets(concealed, context, async (masked, mask) => {
        const opened = await operation.open(raw, masked);
        return {
          ...opened,
          name: mask.text(opened.name),
          details: mask.value(opened.details),
          bytes: bytesWithoutSecrets(opened.bytes, mask),
        };
      }),
  };
  return download;
}

/** A subscription is returned unmasked: the platform stores its secret and never shows it. */
function concealSubscriber(concealed: Concealed, subscriber: Subscriber): Subscriber {
  return {
    subscribe: (raw, url, context) =>
      withoutSecrets(concealed, context, (masked) => subscriber.subscribe(raw, url, masked)),
    isSubscribed: (subscription, url, context) =>
      withoutSecrets(concealed, context, (masked, mask) => {
        mask.add(subscription.secret);
        return subscriber.isSubscribed(subscription, url, masked);
      }),
    unsubscribe: (subscription, context) =>
      withoutSecrets(concealed, context, (masked, mask) => {
        mask.add(subscription.secret);
        return subscriber.unsubscribe(subscription, masked);
      }),
  };
}

/** IDs identify repeats and are never shown, so they stay unmasked. */
const concealEvents = (events: Event[], mask: SecretMask): Event[] =>
  events.map(({ id, data }) => ({ id, data: mask.value(data) }));

/** The masks of connections that are cached for the deliveries of a trigger: creating a mask takes longer than verifying a delivery. */
const masks = new WeakMap<object, SecretMask>();

function maskOf(concealed: Concealed, values: unknown): SecretMask {
  const cached = isObject(values) ? masks.get(values) : undefined;
  if (cached) return cached;
  const mask = secretMask();
  learnConnection(mask, concealed.connection.fields, values);
  if (isObject(values)) masks.set(values, mask);
  return mask;
}

/** Wraps a trigger to mask the secrets of its connection in events, errors and the log. Handshakes stay unmasked: the sender expects its own value. */
export function concealTrigger(concealed: Concealed, trigger: Trigger): Trigger {
  if (trigger.how === 'polling') {
    return {
      ...trigger,
      poll: (raw, since, context) =>
        withoutSecrets(concealed, context, async (masked, mask) =>
          concealEvents(await trigger.poll(raw, since, masked), mask),
        ),
    };
  }
  const { subscriber, enrich, missed, recent } = trigger;
  return {
    ...trigger,
    events: (body, raw, connection, facts) =>
      concealEvents(trigger.events(body, raw, connection, facts), maskOf(concealed, connection)),
    ...withoutUndefined({
      subscriber: subscriber && concealSubscriber(concealed, subscriber),
      enrich:
        enrich &&
        ((event: Event, raw: RawInput, context: Context) =>
          withoutSecrets(concealed, context, async (masked, mask) =>
            concealEvents(await enrich(event, raw, masked), mask),
          )),
      missed:
        missed &&
        ((raw: RawInput, since: Date, context: Context) =>
          withoutSecrets(concealed, context, async (masked, mask) =>
            concealEvents(await missed(raw, since, masked), mask),
          )),
      recent:
        recent &&
        ((raw: RawInput, context: Context) =>
          withoutSecrets(concealed, context, async (masked, mask) => concealEvents(await recent(raw, masked), mask))),
    }),
  };
}
