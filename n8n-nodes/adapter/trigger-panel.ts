import type { INodeTypeDescription } from 'n8n-workflow';
import type { Trigger } from '../../shared/src/define/trigger.ts';
import { offersSampleEvent, testWithName } from './test-with.ts';

const executions = 'These executions are listed under <a data-key="executions">Executions</a>, not in the editor.';

const whileBuilding =
  '<b>While you build the workflow</b>, click Execute step to get a sample event. To receive a real one, set Test With to Next Real Event, click Execute step, and send an event to the Test URL.';

/**
 * What n8n's panel says about a trigger that is set up manually at the sender. Its default text asks for an event in the service,
 * which would be sent to the Production URL.
 */
export function describeTriggerPanel(
  triggers: readonly Trigger[],
): Pick<
  INodeTypeDescription,
  'triggerPanel' | 'eventTriggerDescription' | 'activationMessage' | 'builderHint' | 'hints'
> {
  if (!offersSampleEvent(triggers)) return {};
  return {
    triggerPanel: {
      header: 'Get a sample event, or wait for a real one',
      executionsHelp: {
        inactive: `${whileBuilding}<br /><br /><b>When the workflow is ready</b>, publish it. Each event that is sent to the Production URL then starts the workflow. ${executions}`,
        active: `${whileBuilding}<br /><br /><b>The workflow is published</b>: each event that is sent to the Production URL starts it. ${executions}`,
      },
      activationHint: {
        inactive: 'Publish the workflow to receive events at the Production URL.',
        active: 'The published workflow receives events at the Production URL.',
      },
    },
    builderHint: {
      searchHint:
        'Webhook trigger: someone must add its Production URL to the settings of the sender once. An execution in the editor returns a sample event.',
    },
    hints: [
      {
        message: 'Click Execute step, then send an event to the Test URL, which is under Webhook URLs.',
        type: 'info',
        location: 'outputPane',
        whenToDisplay: 'beforeExecution',
        displayCondition: `={{ $parameter["${testWithName}"] === "nextEvent" }}`,
      },
    ],
    eventTriggerDescription: 'Waiting for an event at the Test URL',
    activationMessage:
      'The workflow now starts for each event that is sent to the Production URL. Follow the setup steps in the trigger if the sender does not know this URL yet.',
  };
}
