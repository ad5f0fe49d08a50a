import * as v from 'valibot';
import { openApi } from '../../../http/api.ts';
import { option, text, values } from '../../../define/fields.ts';
import { defineAction } from '../../../define/operation.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { openHandle, service } from './handle.ts';

const outcome = option(
  [
    { value: 'succeeded', label: 'Succeeded', description: 'The pipeline continues' },
    { value: 'failed', label: 'Failed', description: 'The activity fails' },
  ],
  {
    label: 'Outcome',
    help: 'Result of the activity that is reported to the pipeline. To use Failed, select Report status on callback in the activity.',
  },
);

/**
 * Completes a WebHook activity. The properties of the body are capitalized, as Azure expects with Report status on callback.
 * @see https://learn.microsoft.com/azure/data-factory/control-flow-webhook-activity
 */
export const completeActivity = defineAction<AzureConnection>()({
  key: 'completeActivity',
  name: 'Complete WebHook Activity',
  resource: 'WebHook Activity',
  description: 'Completes a WebHook activity so that the waiting pipeline continues, or fails the activity.',
  effect: 'idempotent',
  input: {
    callbackId: text({
      label: 'Callback ID',
      help: {
        n8n: 'The Callback ID from the WebHook Activity Reached trigger: drag callbackId from the input into this field.',
        zapier: 'The Callback ID from the WebHook Activity Reached trigger.',
      },
    }),
    outcome: v.optional(outcome, 'succeeded'),
    output: v.optional(
      values({
        label: 'Output',
        help: 'Values that the pipeline can read from the output of the activity.',
        placeholder: '{"approvedBy": "Ada"}',
      }),
    ),
    errorCode: v.optional(
      text({
        label: 'Error Code',
        help: 'A short code of your choice, e.g. NotApproved.',
        placeholder: 'NotApproved',
        shownWhen: { field: 'outcome', is: ['failed'] },
      }),
    ),
    errorMessage: v.optional(
      text({
        label: 'Error Message',
        help: 'The reason for the failure, shown in Data Factory Studio or Synapse Studio.',
        placeholder: 'The figures were not approved.',
        shownWhen: { field: 'outcome', is: ['failed'] },
      }),
    ),
  },
  output: { outcome },
  sample: { outcome: 'succeeded' as const },
  async run(
    {
      callbackId,
      outcome: chosen,
      output = {},
      errorCode = 'Failed',
      errorMessage = 'The activity was completed as failed.',
    },
    { host, connection },
  ) {
    const callbackUrl = openHandle(callbackId, connection);
    const api = openApi({
      service,
      baseUrl: '',
      host,
      authorize: async () => ({}),
      readProblem: ({ status }) =>
        status === 404 || status === 410 || status === 409
          ? {
              message: 'The activity is no longer waiting',
              hint: 'Check the run in the studio: the activity timed out, or was already completed or canceled.',
            }
          : {},
    });
    const json =
      chosen === 'failed'
        ? { Output: output, Error: { ErrorCode: errorCode, Message: errorMessage }, StatusCode: '400' }
        : { Output: output, StatusCode: '200' };
    await api.send('POST', callbackUrl, { json, effect: 'idempotent' });
    return { outcome: chosen };
  },
});
