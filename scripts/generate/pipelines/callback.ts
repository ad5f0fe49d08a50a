import { callbackParameter } from '../../../shared/src/services/azure/pipelines/pipeline-run.ts';
import { expression, policy, type Activity, type Declared, type Dependency, type Pipeline } from './activities.ts';

/** The declaration of the parameter for the callback URL. Its type hides the URL on the monitoring pages. */
export const callbackDeclared: Record<string, Declared> = {
  [callbackParameter]: { type: 'SecureString', defaultValue: '' },
};

const callbackUrl = expression(`@pipeline().parameters.${callbackParameter}`);

/** The pipeline that calls the callback URL after its parent run has finished. */
export const callbackPipeline: Pipeline = {
  name: 'Pipewright_callback',
  properties: {
    description:
      'Calls the callback URL after the parent run has finished, until the callback is accepted. For Pipewright.',
    activities: [
      {
        name: 'Until accepted',
        type: 'Until',
        typeProperties: {
          expression: expression("@variables('accepted')"),
          timeout: '0.01:00:00',
          activities: [
            {
              name: 'Wait for parent run to finish',
              type: 'Wait',
              typeProperties: { waitTimeInSeconds: 15 },
            },
            {
              name: 'Send callback',
              type: 'WebActivity',
              dependsOn: [{ activity: 'Wait for parent run to finish', dependencyConditions: ['Succeeded'] }],
              policy: { ...policy('0.00:10:00', { input: true, output: true }), retry: 20 },
              typeProperties: {
                method: 'POST',
                url: callbackUrl,
                headers: { 'Content-Type': 'application/json' },
                body: { from: 'Pipewright_callback' },
              },
            },
            {
              name: 'Set accepted',
              type: 'SetVariable',
              dependsOn: [{ activity: 'Send callback', dependencyConditions: ['Succeeded'] }],
              typeProperties: {
                variableName: 'accepted',
                value: expression("@not(contains(string(activity('Send callback').output), 'starting up'))"),
              },
            },
          ],
        },
      },
    ],
    parameters: { [callbackParameter]: { type: 'SecureString' } },
    variables: { accepted: { type: 'Boolean', defaultValue: false } },
    annotations: ['Pipewright'],
  },
};

/** An activity that starts the callback pipeline if a callback URL was passed. */
function sendCallback(name: string, start: string, dependsOn: Dependency[]): Activity {
  return {
    name,
    type: 'IfCondition',
    dependsOn,
    typeProperties: {
      expression: expression(`@not(empty(pipeline().parameters.${callbackParameter}))`),
      ifTrueActivities: [
        {
          name: start,
          type: 'ExecutePipeline',
          // Passed on, a SecureString is shown in the input of this activity (https://github.com/Azure/Azure-DataFactory/issues/637).
          policy: { secureInput: true },
          typeProperties: {
            pipeline: { referenceName: callbackPipeline.name, type: 'PipelineReference' },
            waitOnCompletion: false,
            parameters: { [callbackParameter]: callbackUrl },
          },
        },
      ],
    },
  };
}

/**
 * The activities that send the callback after the last activity of a pipeline: one after success, one after failure. If the
 * last activity fails, the first one is skipped, and the service then evaluates the outcome of the last activity: the run fails.
 * One activity on the condition Completed would make the run succeed.
 * @param last name of the last activity
 * @param afterFailure when to send the callback of a failure
 * @see https://learn.microsoft.com/azure/data-factory/tutorial-pipeline-failure-error-handling#how-pipeline-failure-are-determined
 */
export function sendCallbacks(last: string, afterFailure: Dependency[]): Activity[] {
  const afterSuccess: Dependency[] = [{ activity: last, dependencyConditions: ['Succeeded'] }];
  return [
    sendCallback('Send callback after success', 'Start callback of success', afterSuccess),
    sendCallback('Send callback after failure', 'Start callback of failure', afterFailure),
  ];
}

const work = 'Do the work';

/** The example of a pipeline that supports callbacks. */
export const examplePipeline: Pipeline = {
  name: 'Example_with_callback',
  properties: {
    description: `Runs its activities, then starts ${callbackPipeline.name} if a callback URL was passed. Replace ${work} with your activities.`,
    activities: [
      { name: work, type: 'Wait', typeProperties: { waitTimeInSeconds: 60 } },
      ...sendCallbacks(work, [{ activity: work, dependencyConditions: ['Failed', 'Skipped'] }]),
    ],
    parameters: callbackDeclared,
    annotations: ['Pipewright'],
  },
};
