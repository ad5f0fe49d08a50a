import * as v from 'valibot';
import { openApi } from '../../../http/api.ts';
import { option, text, values } from '../../../define/fields.ts';
import { defineAction } from '../../../define/operation.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { openHandle, service } from './handle.ts';

const outcome = option(
  [
    { value: 'succeeded', label: 'Succeeded' },
    { value: 'failed', label: 'Failed' },
  ],
  {
    label: 'Outcome',
    help: 'How the activity ends. A failed one counts only where Report status on callback is ticked in the activity.',
  },
);

/**
 * Lets a WebHook activity end. Its body is written with capitals, as Azure reads it where Report status on callback is ticked.
 * @see https://learn.microsoft.com/azure/data-factory/control-flow-webhook-activity
 */
export const completeActivity = defineAction<AzureConnection>()({
  key: 'completeActivity',
  name: 'Complete WebHook Activity',
  resource: 'WebHook Activity',
  description: 'Lets a pipeline go on that waits at a WebHook activity, or lets the activity fail.',
  effect: 'idempotent',
  input: {
    handle: text({ label: 'Handle', help: 'Take it from the trigger WebHook Activity Reached.' }),
    outcome: v.optional(outcome, 'succeeded'),
    output: v.optional(
      values({
        label: 'Output',
        help: 'Values for the pipeline, which reads them from the output of the activity.',
        placeholder: '{"approvedBy": "Ada"}',
      }),
    ),
    errorCode: v.optional(
      text({
        label: 'Error Code',
        help: 'A short word of your own, such as NotApproved.',
        placeholder: 'NotApproved',
        shownWhen: { field: 'outcome', is: ['failed'] },
      }),
    ),
    errorMessage: v.optional(
      text({
        label: 'Error Message',
        help: 'Why the activity fails, as it is then shown in the studio.',
        placeholder: 'Ada did not approve the figures.',
        shownWhen: { field: 'outcome', is: ['failed'] },
      }),
    ),
  },
  output: { outcome },
  sample: { outcome: 'succeeded' as const },
  async run(
    {
      handle,
      outcome: chosen,
      output = {},
      errorCode = 'Failed',
      errorMessage = 'The workflow let the activity fail.',
    },
    { host, connection },
  ) {
    const address = openHandle(handle, connection);
    const api = openApi({
      service,
      baseUrl: '',
      host,
      authorize: async () => ({}),
      readProblem: ({ status }) =>
        status === 404 || status === 410 || status === 409
          ? {
              message: 'The activity does not wait any longer',
              hint: 'Look at the run in the studio: its time was over, or it was completed or cancelled already.',
            }
          : {},
    });
    const json =
      chosen === 'failed'
        ? { Output: output, Error: { ErrorCode: errorCode, Message: errorMessage }, StatusCode: '400' }
        : { Output: output, StatusCode: '200' };
    await api.send('POST', address, { json, effect: 'idempotent' });
    return { outcome: chosen };
  },
});
