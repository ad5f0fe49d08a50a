import type { INodeProperties, IWebhookDescription } from 'n8n-workflow';
import type { Trigger } from '../../shared/src/define/trigger.ts';

/** The parameter that selects which event a test in the editor returns. */
export const testWithName = 'testWith';

/** Whether the vendor's API subscribes the URLs of a trigger node; otherwise someone adds its Production URL at the sender. */
export function subscribesItself(triggers: readonly Trigger[]): boolean {
  return triggers.every((trigger) => trigger.how === 'webhook' && trigger.subscriber !== undefined);
}

/** The choice between a sample event and the next real one, for a webhook trigger of a service. */
export function describeTestWith(triggers: readonly Trigger[], service: string): INodeProperties {
  return {
    displayName: 'Test With',
    name: testWithName,
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Sample Event', value: 'sampleEvent', description: 'Return a realistic event at once' },
      {
        name: 'Next Real Event',
        value: 'nextEvent',
        description: subscribesItself(triggers)
          ? `Create a webhook in ${service} for the Test URL and wait for an event`
          : 'Wait for an event that is sent to the Test URL',
      },
    ],
    default: 'sampleEvent',
    builderHint: {
      propertyHint:
        'Keep sampleEvent, so that the workflow can be tested without a delivery. It has no effect after publishing.',
    },
    description:
      'Which event to use when you execute the node in the editor. A published workflow receives only real events, at the Production URL.',
  };
}

/**
 * n8n waits for a delivery at the Test URL if the node has a webhook, and executes the node at once if it has none. n8n tests
 * every workflow as inactive, so without an HTTP method the webhook exists in the published workflow only.
 */
const methodUnlessSample = `={{ $workflow.active || $parameter["${testWithName}"] === "nextEvent" ? "POST" : "" }}`;

/** The webhook of a trigger node. n8n evaluates its expression for every delivery. */
export const triggerWebhooks: IWebhookDescription[] = [
  {
    name: 'default',
    httpMethod: methodUnlessSample,
    ndvHideMethod: true,
    responseMode: 'onReceived',
    responseData: 'noData',
    path: 'webhook',
  },
];
