import type { INodeProperties, IWebhookDescription } from 'n8n-workflow';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/** The parameter that selects which event a test in the editor returns. */
export const testWithName = 'testWith';

/**
 * Whether a trigger node offers sample events: senders that are set up manually call the Production URL, so nobody
 * calls the Test URL. A service that subscribes by its API calls the Test URL, too.
 */
export function offersSampleEvent(triggers: readonly Trigger[]): boolean {
  return triggers.some((trigger) => trigger.how === 'webhook' && trigger.subscriber === undefined);
}

/** The choice between a sample event and the next real one. */
export const testWithProperty: INodeProperties = {
  displayName: 'Test With',
  name: testWithName,
  type: 'options',
  noDataExpression: true,
  options: [
    { name: 'Sample Event', value: 'sampleEvent', description: 'Return a realistic event at once' },
    { name: 'Next Real Event', value: 'nextEvent', description: 'Wait for an event that is sent to the Test URL' },
  ],
  default: 'sampleEvent',
  builderHint: {
    propertyHint:
      'Keep sampleEvent, so that the workflow can be tested without a delivery. It has no effect after publishing.',
  },
  description:
    'Which event to use when you execute the node in the editor. A published workflow receives only real events, at the Production URL.',
};

/**
 * n8n waits for a delivery at the Test URL if the node has a webhook, and executes the node at once if it has none. n8n tests
 * every workflow as inactive, so without an HTTP method the webhook exists in the published workflow only.
 */
const methodUnlessSample = `={{ $workflow.active || $parameter["${testWithName}"] === "nextEvent" ? "POST" : "" }}`;

/** The webhook of a trigger node. */
export function describeWebhooks(triggers: readonly Trigger[]): IWebhookDescription[] {
  return [
    {
      name: 'default',
      // An expression is evaluated for every delivery, so it is used only where it is needed.
      httpMethod: offersSampleEvent(triggers) ? methodUnlessSample : 'POST',
      ndvHideMethod: true,
      responseMode: 'onReceived',
      responseData: 'noData',
      path: 'webhook',
    },
  ];
}
