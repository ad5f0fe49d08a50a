import type { INodeTypeDescription } from 'n8n-workflow';
import type { Service } from '../../shared/src/define/service.ts';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { subscribesItself, testWithName } from './test-with.ts';

const executions = 'These executions are listed under <a data-key="executions">Executions</a>, not in the editor.';

/** The sentences that depend on who subscribes the URLs of a trigger. */
interface Sentences {
  /** How to get a real event in the editor, after the node has been executed. */
  getEvent: string;
  /** Where to send it, if the user does. */
  where: string;
  whenReady: string;
  published: string;
  activationHint: { inactive: string; active: string };
  searchHint: string;
  waiting: string;
  activationMessage: string;
}

/** For a sender that is set up manually: n8n's own texts ask for an event in the service, which goes to the Production URL. */
const manualSetup: Sentences = {
  getEvent: 'send an event to the Test URL',
  where: ', which is under Webhook URLs',
  whenReady: 'Each event that is sent to the Production URL then starts the workflow.',
  published: 'each event that is sent to the Production URL starts it.',
  activationHint: {
    inactive: 'Publish the workflow to receive events at the Production URL.',
    active: 'The published workflow receives events at the Production URL.',
  },
  searchHint: 'Webhook trigger: someone must add its Production URL to the settings of the sender once.',
  waiting: 'Waiting for an event at the Test URL',
  activationMessage:
    'The workflow now starts for each event that is sent to the Production URL. Follow the setup steps in the trigger if the sender does not know this URL yet.',
};

/** For a vendor whose API subscribes the Test URL during a test and the Production URL when the workflow is published. */
const automaticSetup = (service: string): Sentences => ({
  getEvent: `cause the event in ${service}`,
  where: '',
  whenReady: `Each event in ${service} then starts the workflow.`,
  published: `each event in ${service} starts it.`,
  activationHint: {
    inactive: `Publish the workflow to receive events from ${service}.`,
    active: `The published workflow receives events from ${service}.`,
  },
  searchHint: `Webhook trigger: the webhook in ${service} is created when the workflow is published, so no setup is needed.`,
  waiting: `Waiting for an event from ${service}`,
  activationMessage: `The webhook in ${service} was created. The workflow now starts for each event.`,
});

/** What n8n's panel says about a trigger node: how to get a sample event or a real one, and what happens after publishing. */
export function describeTriggerPanel(
  triggers: readonly Trigger[],
  { name }: Pick<Service, 'name'>,
): Pick<
  INodeTypeDescription,
  'triggerPanel' | 'eventTriggerDescription' | 'activationMessage' | 'builderHint' | 'hints'
> {
  const text = subscribesItself(triggers) ? automaticSetup(name) : manualSetup;
  const whileBuilding = `<b>While you build the workflow</b>, click Execute step to get a sample event. To receive a real one, set Test With to Next Real Event, click Execute step, and ${text.getEvent}.`;
  return {
    triggerPanel: {
      header: 'Get a sample event, or wait for a real one',
      executionsHelp: {
        inactive: `${whileBuilding}<br /><br /><b>When the workflow is ready</b>, publish it. ${text.whenReady} ${executions}`,
        active: `${whileBuilding}<br /><br /><b>The workflow is published</b>: ${text.published} ${executions}`,
      },
      activationHint: text.activationHint,
    },
    builderHint: { searchHint: `${text.searchHint} An execution in the editor returns a sample event.` },
    hints: [
      {
        message: `Click Execute step, then ${text.getEvent}${text.where}.`,
        type: 'info',
        location: 'outputPane',
        whenToDisplay: 'beforeExecution',
        displayCondition: `={{ $parameter["${testWithName}"] === "nextEvent" }}`,
      },
    ],
    eventTriggerDescription: text.waiting,
    activationMessage: text.activationMessage,
  };
}
