import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, Handshake, Subscription, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { filterEvents } from '../../shared/src/webhooks/accept-events.ts';
import { checkVerification } from '../../shared/src/webhooks/check-verification.ts';
import { enrichEvents, processDelivery } from '../../shared/src/webhooks/process-delivery.ts';
import { callService } from './call.ts';
import { inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { identified, outputFieldsOf } from './output-fields.ts';
import type { Settings } from './settings.ts';

/** The delivery in a bundle. Zapier passes the body on as text, so its bytes are those of the text in UTF-8. */
export function readDelivery({ rawRequest = {} }: Bundle): Delivery {
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(rawRequest.querystring ?? '')) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : [before, value].flat());
  }
  return {
    headers: { ...rawRequest.headers },
    query: Object.fromEntries(query),
    body: Buffer.from(rawRequest.content ?? '', 'utf8'),
  };
}

/** What the subscribe call gave back, if Zapier still has it. */
function subscriptionOf({ subscribeData }: Bundle): Subscription | undefined {
  const kept = subscribeData as Partial<Subscription> | undefined;
  return kept?.id === undefined ? undefined : { ...kept, id: kept.id };
}

/** An event as Zapier shows it; what an event read from the vendor lacks is taken from the sample. */
function asItem(event: Event, { verified, matchedSecret }: Record<string, unknown> = {}): Record<string, unknown> {
  const verification = {
    ...(verified === undefined ? {} : { verified }),
    ...(matchedSecret === undefined ? {} : { matchedSecret }),
  };
  return { id: event.id, ...verification, ...event.data };
}

/** Zapier answers a sender before it runs the app, so a handshake is confirmed at the address that the vendor gives. */
async function confirm({ confirmUrl }: Handshake, { http, log }: Host): Promise<void> {
  if (confirmUrl === undefined)
    return log.info(
      'The sender requested a confirmation of this address in the answer, which Zapier does not allow an app to give.',
    );
  const { status } = await http({ method: 'GET', url: confirmUrl, headers: {}, redirects: 'answer' });
  log.info(
    status >= 200 && status < 300
      ? 'The sender requested a confirmation of this address, which was sent.'
      : `The sender requested a confirmation of this address but did not accept it (status ${status}). Open its validation URL in a browser.`,
  );
}

/**
 * A trigger that a sender calls, as a hook of Zapier: subscribed by the app where the vendor has an interface for that,
 * else by hand after the directions. A delivery that is not believed starts nothing and its sender learns nothing; the
 * builder finds the reason in the log.
 */
export function webhookTriggerOf(service: Service, trigger: WebhookTrigger, settings: Settings): Trigger {
  const { subscriber, directions } = trigger;
  const { output, sample } = identified(trigger);
  const inputOf = (bundle: Bundle) => checkInput(trigger.input, bundle.inputData ?? {});

  const perform = (z: ZObject, bundle: Bundle) =>
    callService(z, bundle, settings, service, async ({ connection }, host) => {
      const subscription = subscriptionOf(bundle);
      const taken = await processDelivery(trigger, readDelivery(bundle), {
        input: inputOf(bundle),
        connection,
        host,
        ...(subscription ? { subscription } : {}),
      });
      if (taken.outcome === 'events') {
        try {
          return (await enrichEvents(trigger, taken.events, inputOf(bundle), { host, connection })).map((event) =>
            asItem(event),
          );
        } catch (error) {
          // Zapier runs the delivery again, which must not count as a repeat.
          for (const { id } of taken.events) await host.forget(id);
          throw error;
        }
      }
      if (taken.outcome === 'handshake') {
        await confirm(taken, host);
        return [];
      }
      z.console.log(
        taken.outcome === 'rejected'
          ? `A delivery was refused. ${taken.explanation}`
          : `A delivery was ${taken.why} and starts nothing.`,
      );
      return [];
    });

  /** Zapier asks for examples while a Zap is built: the only time at which a trigger that is set up by hand can refuse a secret. */
  const performList = async (z: ZObject, bundle: Bundle) => {
    if (!subscriber)
      await callService(z, bundle, settings, service, async ({ connection, host }) =>
        checkVerification(trigger, inputOf(bundle) as never, connection, (warning) => host.log.warn(warning)),
      );
    if (!trigger.recent) return [sample];
    const recent = await callService(z, bundle, settings, service, async (context) =>
      trigger.recent?.(inputOf(bundle), context),
    );
    const events = recent && filterEvents(recent, inputOf(bundle));
    return events && events.length > 0 ? events.map((event) => asItem(event as Event, sample)) : [sample];
  };

  const subscription = subscriber && {
    performSubscribe: (z: ZObject, bundle: Bundle) =>
      callService(z, bundle, settings, service, (context) =>
        subscriber.subscribe(inputOf(bundle), bundle.targetUrl ?? '', context),
      ),
    performUnsubscribe: (z: ZObject, bundle: Bundle) =>
      callService(z, bundle, settings, service, async (context) => {
        const kept = subscriptionOf(bundle);
        if (!kept)
          throw new PipewrightError({
            code: 'not-found',
            service: service.name,
            message: 'Zapier no longer knows the subscription.',
            hint: `Remove the webhook by hand in ${service.name}.`,
          });
        await subscriber.unsubscribe(kept, context);
        return { id: kept.id };
      }),
  };

  return {
    key: keyOf(service, trigger),
    noun: nounOf(trigger),
    display: {
      label: labelOf(service, trigger),
      description: trigger.description,
      ...(directions && !subscriber ? { directions } : {}),
    },
    operation: {
      type: 'hook',
      inputFields: inputFieldsOf(trigger.input, service, settings),
      outputFields: outputFieldsOf(output, sample),
      sample,
      perform,
      performList,
      ...subscription,
    },
  } as Trigger;
}
