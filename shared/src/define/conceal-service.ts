import { isDownload } from './download.ts';
import { bytesWithoutSecrets, concealing, learnConnection, withoutSecrets, type Concealed } from './conceal.ts';
import { secretMask, type SecretMask } from '../host/secret-mask.ts';
import type { Action, Callback, Operation } from './operation.ts';
import type { Fields } from './fields.ts';
import type { Event, Subscriber, Trigger } from './trigger.ts';

function concealCallback(concealed: Concealed, callback: Callback): Callback {
  return {
    ...callback,
    begin: (input, context, address) =>
      withoutSecrets(concealed, context, async (own, mask) => {
        const begun = await callback.begin(input, own, () => {
          const told = address();
          mask.learn(told);
          return told;
        });
        // What is kept is for the platform alone, which hands it back as it is.
        return { ...begun, output: mask.value(begun.output) };
      }),
    look: (kept, context) => concealing(concealed, context, async (own) => callback.look(kept, own)),
  };
}

/** An operation whose outputs, errors and log show no secret of its connections. */
export function concealOperation(concealed: Concealed, operation: Operation): Operation {
  if (operation.kind === 'search')
    return {
      ...operation,
      run: (input, context) => concealing(concealed, context, (own) => operation.run(input, own)),
    };
  const action: Action = {
    ...operation,
    run: (input, context) => concealing(concealed, context, (own) => operation.run(input, own)),
    ...(operation.callback ? { callback: concealCallback(concealed, operation.callback) } : {}),
  };
  if (!isDownload(operation)) return action;
  const open: typeof operation.open = (input, context) =>
    withoutSecrets(concealed, context, async (own, mask) => {
      const opened = await operation.open(input, own);
      return {
        ...opened,
        name: mask.text(opened.name),
        details: mask.value(opened.details),
        bytes: bytesWithoutSecrets(opened.bytes, mask),
      };
    });
  return Object.assign(action, { open });
}

/** A subscription is given back as it is: the platform keeps its secret, and nobody sees it. */
function concealSubscriber(concealed: Concealed, subscriber: Subscriber<Fields, never>): Subscriber<Fields, never> {
  return {
    subscribe: (input, url, context) =>
      withoutSecrets(concealed, context, (own) => subscriber.subscribe(input, url, own)),
    isSubscribed: (subscription, url, context) =>
      withoutSecrets(concealed, context, (own, mask) => {
        mask.learn(subscription.secret);
        return subscriber.isSubscribed(subscription, url, own);
      }),
    unsubscribe: (subscription, context) =>
      withoutSecrets(concealed, context, (own, mask) => {
        mask.learn(subscription.secret);
        return subscriber.unsubscribe(subscription, own);
      }),
  };
}

/** IDs tell repeats apart and go to nobody, so they stay as they are. */
const concealEvents = <T>(events: Event<T>[], mask: SecretMask): Event<T>[] =>
  events.map(({ id, data }) => ({ id, data: mask.value(data) }));

/** The masks of connections that are kept in memory for the deliveries of a trigger: making one for each would cost more than to verify it. */
const masks = new WeakMap<object, SecretMask>();

function maskOf(concealed: Concealed, values: object | undefined): SecretMask {
  const kept = values && masks.get(values);
  if (kept) return kept;
  const mask = secretMask();
  learnConnection(mask, concealed.connection.fields, values);
  if (values) masks.set(values, mask);
  return mask;
}

/** A trigger whose events, errors and log show no secret of its connection. Handshakes stay as they are: their sender wants them back. */
export function concealTrigger(concealed: Concealed, trigger: Trigger): Trigger {
  if (trigger.how === 'polling') {
    return {
      ...trigger,
      poll: (input, since, context) =>
        withoutSecrets(concealed, context, async (own, mask) =>
          concealEvents(await trigger.poll(input, since, own), mask),
        ),
    };
  }
  const { subscriber, enrich, missed, recent } = trigger;
  return {
    ...trigger,
    events: (body, input, connection, facts) =>
      concealEvents(trigger.events(body, input, connection, facts), maskOf(concealed, connection)),
    ...(subscriber ? { subscriber: concealSubscriber(concealed, subscriber) } : {}),
    ...(enrich
      ? {
          enrich: (event, input, context) =>
            withoutSecrets(concealed, context, async (own, mask) =>
              concealEvents(await enrich(event, input, own), mask),
            ),
        }
      : {}),
    ...(missed
      ? {
          missed: (input, since, context) =>
            withoutSecrets(concealed, context, async (own, mask) =>
              concealEvents(await missed(input, since, own), mask),
            ),
        }
      : {}),
    ...(recent
      ? {
          recent: (input, context) =>
            withoutSecrets(concealed, context, async (own, mask) => concealEvents(await recent(input, own), mask)),
        }
      : {}),
  };
}
