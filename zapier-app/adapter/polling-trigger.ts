import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import type { Service } from '../../shared/src/define/service.ts';
import type { Event, PollingTrigger } from '../../shared/src/define/trigger.ts';
import { callService } from './call.ts';
import { chooseEvents } from './choose-events.ts';
import { fieldGroupsOf, inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { identified, outputFieldsOf, sampleOf, withJsonTexts } from './output-fields.ts';
import type { Settings } from './settings.ts';

const hourMs = 3_600_000;

/** How far back a poll reaches. Zapier drops known events itself, and a paused Zap loses no events. */
const pollWindowMs = 24 * hourMs;

/** How far back the editor searches for an example. */
const sampleWindowMs = 30 * 24 * hourMs;

/** Converts a polling trigger of a service to a Zapier polling trigger, which detects repeats by `id`. */
export function pollingTriggerOf(service: Service, trigger: PollingTrigger, settings: Settings): Trigger {
  const { output, sample } = identified(trigger);
  const perform = (z: ZObject, bundle: Bundle) =>
    callService({ z, bundle, settings, service }, async (context, { cache }) => {
      const since = new Date(Date.now() - (bundle.meta?.isLoadingSample ? sampleWindowMs : pollWindowMs));
      const input = bundle.inputData ?? {};
      const polled = {
        events: await trigger.poll(input, since, context),
        isWanted: (data: Event['data']) => trigger.isWanted(data, input),
        trigger: keyOf(service, trigger),
        list: trigger.list(input, context.connection),
      };
      const chosen = await chooseEvents(polled, cache, bundle);
      return chosen.map(({ id, data }) => ({ ...withJsonTexts(output, data), id }));
    });
  return {
    key: keyOf(service, trigger),
    noun: nounOf(trigger),
    display: { label: labelOf(service, trigger, settings.services), description: trigger.description },
    operation: {
      type: 'polling',
      inputFields: inputFieldsOf(trigger.input, service, settings),
      ...fieldGroupsOf(trigger.input),
      outputFields: outputFieldsOf(output, sample),
      sample: sampleOf(output, sample),
      perform,
    },
  };
}
