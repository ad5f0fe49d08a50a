import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { PollingTrigger } from '../../shared/src/define/trigger.ts';
import { callService } from './call.ts';
import { inputFieldsOf } from './input-fields.ts';
import { keyOf, labelOf, nounOf } from './names.ts';
import { identified, outputFieldsOf } from './output-fields.ts';
import type { Settings } from './settings.ts';

const hour = 3_600_000;

/** How far back a poll looks, in milliseconds: Zapier itself leaves out what it has seen, and a pause loses nothing. */
const usualWindow = 24 * hour;

/** How far back the editor looks for an example, in milliseconds. */
const sampleWindow = 30 * 24 * hour;

/** Items that Zapier takes from one poll. */
const most = 100;

/** A trigger that asks the vendor, as a polling trigger of Zapier, which tells repeats apart by `id`. */
export function pollingTriggerOf(service: Service, trigger: PollingTrigger, settings: Settings): Trigger {
  const { output, sample } = identified(trigger);
  const perform = (z: ZObject, bundle: Bundle) =>
    callService(z, bundle, settings, service, async (context) => {
      const since = new Date(Date.now() - (bundle.meta?.isLoadingSample ? sampleWindow : usualWindow));
      const events = await trigger.poll(checkInput(trigger.input, bundle.inputData ?? {}), since, context);
      return events.slice(0, most).map(({ id, data }) => ({ ...data, id }));
    });
  return {
    key: keyOf(service, trigger),
    noun: nounOf(trigger),
    display: { label: labelOf(service, trigger), description: trigger.description },
    operation: {
      type: 'polling',
      inputFields: inputFieldsOf(trigger.input, service, settings),
      outputFields: outputFieldsOf(output, sample),
      sample,
      perform,
    },
  };
}
