import type { INodeProperties } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import type { PollingTrigger, Trigger, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { displayOptions, type Shown } from './display-options.ts';
import { describeForm } from './form.ts';
import { refusalsMethod } from './names.ts';

/** The triggers of a service that a sender calls. */
export function webhookTriggers(service: Service): WebhookTrigger[] {
  return service.triggers.filter((trigger): trigger is WebhookTrigger => trigger.how === 'webhook');
}

/** The triggers of a service that ask the vendor again and again. */
export function pollingTriggers(service: Service): PollingTrigger[] {
  return service.triggers.filter((trigger): trigger is PollingTrigger => trigger.how === 'polling');
}

const step = /^\d+\. /;

/**
 * Text with a numbered step a line, in the only HTML that n8n leaves in a notice: lists, which have points for
 * numbers.
 */
function asNotice(text: string): string {
  const lines = text.split('\n');
  const before = lines.filter((line) => !step.test(line)).join(' ');
  const steps = lines
    .filter((line) => step.test(line))
    .map((line) => `<li>${line.replace(step, '')}</li>`)
    .join('');
  return steps ? `${before}<ul>${steps}</ul>` : before;
}

/** What a person must do by hand, where the vendor has no interface for it. */
function directionsNotice(trigger: Trigger, shown: Shown): INodeProperties[] {
  if (trigger.how !== 'webhook' || trigger.subscriber || !trigger.directions) return [];
  return [
    {
      displayName: asNotice(trigger.directions),
      name: 'directions',
      type: 'notice',
      default: '',
      ...displayOptions(shown),
    },
  ];
}

/** A list that is only looked at: n8n has no other place in a form for what changes by itself. */
const refusedDeliveries: INodeProperties = {
  displayName: 'Refused Deliveries',
  name: 'refusedDeliveries',
  type: 'options',
  typeOptions: { loadOptionsMethod: refusalsMethod },
  noDataExpression: true,
  options: [],
  default: '',
  description:
    'Open this list to see which deliveries were refused lately for this credential, and why. What you choose changes nothing. The list is kept in memory and is empty after n8n was started.',
};

/** Every property of a trigger node: the event, where there are several, and the form of each. */
export function describeTriggerProperties(triggers: readonly Trigger[]): INodeProperties[] {
  const several = triggers.length > 1;
  const event: INodeProperties = {
    displayName: 'Event',
    name: 'event',
    type: 'options',
    noDataExpression: true,
    options: triggers.map(({ key, name, description }) => ({ name, value: key, description })),
    default: triggers[0]?.key ?? '',
  };
  return [
    ...(several ? [event] : []),
    ...triggers.flatMap((trigger) => {
      const shown: Shown = several ? { event: [trigger.key] } : {};
      return [...directionsNotice(trigger, shown), ...describeForm(trigger.input, shown)];
    }),
    ...(triggers.some(({ how }) => how === 'webhook') ? [refusedDeliveries] : []),
  ];
}
