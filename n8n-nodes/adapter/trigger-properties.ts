import type { INodeProperties } from 'n8n-workflow';
import { wordingFor } from '../../shared/src/host/wording.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { PollingTrigger, Trigger, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { displayOptions, type Shown } from './display-options.ts';
import { describeForm } from './form.ts';
import { reportRejectedOption } from './report-rejected.ts';
import { offersSampleEvent, testWithProperty } from './test-with.ts';

/** The webhook triggers of a service. */
export function webhookTriggers(service: Service): WebhookTrigger[] {
  return service.triggers.filter((trigger): trigger is WebhookTrigger => trigger.how === 'webhook');
}

/** The polling triggers of a service. */
export function pollingTriggers(service: Service): PollingTrigger[] {
  return service.triggers.filter((trigger): trigger is PollingTrigger => trigger.how === 'polling');
}

/** Formats text with one numbered step per line for a notice, where n8n allows no numbered lists. */
const asNotice = (text: string): string => text.replaceAll('\n', '<br />');

/** Instructions for the manual setup, if the vendor has no subscription API. */
function directionsNotice(trigger: Trigger, shown: Shown): INodeProperties[] {
  if (trigger.how !== 'webhook' || trigger.subscriber || !trigger.directions) return [];
  return [
    {
      displayName: asNotice(wordingFor(trigger.directions, 'n8n')),
      name: 'directions',
      type: 'notice',
      default: '',
      ...displayOptions(shown),
    },
  ];
}

/** All properties of a trigger node: the event, if there are several, and the form of each event. */
export function describeTriggerProperties(triggers: readonly Trigger[]): INodeProperties[] {
  const hasChoice = triggers.length > 1;
  const event: INodeProperties = {
    displayName: 'Event',
    name: 'event',
    type: 'options',
    noDataExpression: true,
    options: triggers.map(({ key, name, description }) => ({ name, value: key, description })),
    default: triggers[0]?.key ?? '',
  };
  return [
    ...(hasChoice ? [event] : []),
    ...triggers.flatMap((trigger) => {
      const shown: Shown = hasChoice ? { event: [trigger.key] } : {};
      return [
        ...directionsNotice(trigger, shown),
        ...describeForm(trigger.input, shown, trigger.how === 'webhook' ? [reportRejectedOption] : []),
      ];
    }),
    ...(offersSampleEvent(triggers) ? [testWithProperty] : []),
  ];
}
