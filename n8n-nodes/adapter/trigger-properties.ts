import type { INodeProperties } from 'n8n-workflow';
import { wordingFor } from '../../shared/src/host/wording.ts';
import type { Service } from '../../shared/src/define/service.ts';
import type { PollingTrigger, Trigger, WebhookTrigger } from '../../shared/src/define/trigger.ts';
import { displayOptions, type Shown } from './display-options.ts';
import { describeForm } from './form.ts';
import { reportRejectedOption } from './report-rejected.ts';
import { describeTestWith } from './test-with.ts';

/** The webhook triggers of a service. */
export function webhookTriggers(service: Service): WebhookTrigger[] {
  return service.triggers.filter((trigger): trigger is WebhookTrigger => trigger.how === 'webhook');
}

/** The polling triggers of a service. */
export function pollingTriggers(service: Service): PollingTrigger[] {
  return service.triggers.filter((trigger): trigger is PollingTrigger => trigger.how === 'polling');
}

/** Formats text with one sentence or numbered step per line for a notice, whose only line breaks are those of a bullet list. */
function asNotice([first = '', ...lines]: string[]): string {
  return lines.length === 0 ? first : `${first}<ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>`;
}

/** When to use the other trigger node of a service, if it has one for webhooks and one for polling. */
function alternativeTo(how: Trigger['how'], service: Service): string {
  if (webhookTriggers(service).length === 0 || pollingTriggers(service).length === 0) return '';
  const { name } = service;
  return how === 'webhook'
    ? `If you are not allowed to set up webhooks in ${name}, use the ${name} Polling Trigger, which needs no setup.`
    : `Polls ${name} for finished runs at the Poll Times, so no setup in ${name} is required. Use the ${name} Trigger to start the workflow at once, or for other events.`;
}

/** How the trigger receives events: the manual setup, if the vendor has no subscription API, and the alternative. */
function receivingNotice(trigger: Trigger, service: Service, shown: Shown): INodeProperties[] {
  const { name } = service;
  const subscribes = `Creates the webhook in ${name} when you publish the workflow.`;
  const setup =
    trigger.how === 'polling'
      ? ''
      : trigger.subscriber
        ? subscribes
        : trigger.directions && wordingFor(trigger.directions, 'n8n');
  const lines = [...(setup ?? '').split('\n'), alternativeTo(trigger.how, service)].filter(Boolean);
  if (lines.length === 0) return [];
  return [{ displayName: asNotice(lines), name: 'directions', type: 'notice', default: '', ...displayOptions(shown) }];
}

/**
 * All properties of a trigger node: the event, if there are several, and the form of each event.
 * @param triggers the webhook triggers or the polling triggers of the service
 */
export function describeTriggerProperties(triggers: readonly Trigger[], service: Service): INodeProperties[] {
  const hasChoice = triggers.length > 1;
  const event: INodeProperties = {
    displayName: 'Event',
    name: 'event',
    type: 'options',
    noDataExpression: true,
    options: triggers.map(({ key, name, description }) => ({ name, value: key, description })),
    default: triggers[0]?.key ?? '',
  };
  const forms = triggers.map((trigger): { trigger: Trigger; shown: Shown } => ({
    trigger,
    shown: hasChoice ? { event: [trigger.key] } : {},
  }));
  return [
    ...(hasChoice ? [event] : []),
    ...forms.flatMap(({ trigger, shown }) => receivingNotice(trigger, service, shown)),
    ...(triggers.some(({ how }) => how === 'webhook') ? [describeTestWith(triggers, service.name)] : []),
    ...forms.flatMap(({ trigger, shown }) =>
      describeForm(trigger.input, shown, trigger.how === 'webhook' ? [reportRejectedOption] : []),
    ),
  ];
}
