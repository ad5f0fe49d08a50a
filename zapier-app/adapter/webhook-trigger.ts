import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { withoutUndefined } from '../../shared/src/host/without-undefined.ts';
import { wordingFor } from '../../shared/src/host/wording.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, Handshake, Subscription, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import type { Delivery } from '../../shared/src/webhooks/delivery.ts';
import { filterEvents } from '../../shared/src/webhooks/accept-events.ts';
import { checkFilter } from '../../shared/src/webhooks/check-filter.ts';
import { checkVerification } from '../../shared/src/webhooks/check-verification.ts';
import { enrichEvents, processDelivery } from '../../shared/src/webhooks/process-delivery.ts';
import { callService, type ServiceCall } from './call.ts';
import { withFilterExample } from './filter-example.ts';
import { fieldGroupsOf, inputFieldsOf } from './input-fields.ts';
import { exampleOf, keepSamples, readSamples, sampleKey } from './samples.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { identified, outputFieldsOf, sampleOf, withJsonTexts } from './output-fields.ts';
import type { Settings } from './settings.ts';

/** The delivery in a bundle. Zapier passes the body as text, so its bytes are the UTF-8 encoding of that text. */
export function readDelivery({ rawRequest = {} }: Bundle): Delivery {
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(rawRequest.querystring ?? '')) {
    const existing = query.get(name);
    query.set(name, existing === undefined ? value : [existing, value].flat());
  }
  return {
    headers: { ...rawRequest.headers },
    query: Object.fromEntries(query),
    body: Buffer.from(rawRequest.content ?? '', 'utf8'),
  };
}

/** The result of the subscribe call, if Zapier still has it. */
function subscriptionOf({ subscribeData }: Bundle): Subscription | undefined {
  const kept = subscribeData as Partial<Subscription> | undefined;
  return kept?.id === undefined ? undefined : { ...kept, id: kept.id };
}

/** An event in Zapier's format. An event read from the vendor gets its verification fields from the sample. */
function asItem(event: Event, { verified, matchedSecret }: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: event.id, ...withoutUndefined({ verified, matchedSecret }), ...event.data };
}

/** Zapier responds to a sender before it runs the app, so a handshake is confirmed through the URL that the vendor provides. */
async function confirm({ confirmUrl }: Handshake, { http, log }: Host): Promise<void> {
  if (confirmUrl === undefined)
    return log.info('The sender expects a confirmation of this URL in the response, which Zapier does not support.');
  const { status } = await http({ method: 'GET', url: confirmUrl, headers: {}, redirects: 'answer' });
  log.info(
    status >= 200 && status < 300
      ? 'The sender requested a confirmation of this URL, which was sent.'
      : `The sender requested a confirmation of this URL but did not accept it (status ${status}). Open its validation URL in a browser.`,
  );
}

/**
 * Converts a webhook trigger to a Zapier hook: the app subscribes if the vendor has a subscription API; otherwise the user
 * follows the directions. A rejected delivery starts nothing and its sender learns nothing; the log shows the reason.
 */
export function webhookTriggerOf(service: Service, trigger: WebhookTrigger, settings: Settings): Trigger {
  const { subscriber, directions } = trigger;
  const { output, sample: plainSample } = identified(trigger);
  const sample = sampleOf(output, plainSample);
  const inputOf = ({ inputData = {} }: Bundle) => inputData;
  const callOf = (z: ZObject, bundle: Bundle): ServiceCall => ({
    z,
    bundle,
    settings,
    service,
    worksWithoutLogin: () => trigger.verification.acceptsUnsigned?.(inputOf(bundle)) === true,
  });

  const perform = (z: ZObject, bundle: Bundle) =>
    callService(callOf(z, bundle), async ({ connection }, host) => {
      const input = inputOf(bundle);
      const subscription = subscriptionOf(bundle);
      const taken = await processDelivery(trigger, readDelivery(bundle), {
        input,
        connection,
        host,
        ...withoutUndefined({ subscription }),
      });
      if (taken.outcome === 'events') {
        try {
          const events = await enrichEvents(trigger, taken.events, input, { host, connection });
          const items = events.map((event) => withJsonTexts(output, asItem(event)));
          if (!trigger.recent) await keepSamples(host, sampleKey(service, trigger, input), events);
          return items;
        } catch (error) {
          // Zapier retries the delivery, which must not count as a repeat.
          for (const { id } of taken.events) await host.forget(id);
          throw error;
        }
      }
      if (taken.outcome === 'handshake') {
        await confirm(taken, host);
        return [];
      }
      // Only an error is shown in the Zap's history, and every event would be lost.
      if (taken.outcome === 'rejected' && taken.reason === 'invalid-settings')
        throw new PipewrightError({ code: 'invalid-input', message: taken.explanation });
      z.console.log(
        taken.outcome === 'rejected'
          ? `An event was rejected. ${taken.explanation}`
          : taken.why === 'filtered'
            ? 'An event did not match the filter and triggered nothing.'
            : 'An event was already received and triggered nothing.',
      );
      return [];
    });

  /** Zapier requests samples in the editor, which is the only chance for a manually subscribed trigger to reject a secret. */
  const performList = async (z: ZObject, bundle: Bundle) => {
    const input = inputOf(bundle);
    return callService(callOf(z, bundle), async (context, host) => {
      const { connection } = context;
      checkFilter(trigger, input);
      if (!subscriber) checkVerification(trigger, input, connection, (warning) => host.log.warn(warning));
      const recent = trigger.recent
        ? await trigger.recent(input, context)
        : await readSamples(host, sampleKey(service, trigger, input));
      const events = filterEvents(trigger, recent, input);
      const shown = events.length > 0 ? events : exampleOf(trigger, plainSample, input, connection);
      return shown.map((event) => withJsonTexts(output, asItem(event, plainSample)));
    });
  };

  const subscription = subscriber && {
    performSubscribe: (z: ZObject, bundle: Bundle) =>
      callService({ z, bundle, settings, service }, async (context) => {
        checkFilter(trigger, inputOf(bundle));
        return subscriber.subscribe(inputOf(bundle), bundle.targetUrl ?? '', context);
      }),
    performUnsubscribe: (z: ZObject, bundle: Bundle) =>
      callService({ z, bundle, settings, service }, async (context) => {
        const kept = subscriptionOf(bundle);
        if (!kept)
          throw new PipewrightError({
            code: 'not-found',
            service: service.name,
            message: 'Zapier no longer has the ID of the webhook.',
            hint: `Delete the webhook in ${service.name}.`,
          });
        await subscriber.unsubscribe(kept, context);
        return { id: kept.id };
      }),
  };

  return {
    key: keyOf(service, trigger),
    noun: nounOf(trigger),
    display: {
      label: labelOf(service, trigger, settings.services),
      description: trigger.description,
      ...(directions && !subscriber ? { directions: wordingFor(directions, 'zapier') } : {}),
    },
    operation: {
      type: 'hook',
      inputFields: withFilterExample(inputFieldsOf(trigger.input, service, settings), trigger),
      ...fieldGroupsOf(trigger.input),
      outputFields: outputFieldsOf(output, sample),
      sample,
      perform,
      performList,
      ...subscription,
    },
  } as Trigger;
}
