import * as v from 'valibot';
import { boolean, integer, option } from '../define/fields.ts';

/** Input fields of every operation that starts a run and can wait for it to finish. */
export const waitFields = {
  wait: v.optional(
    boolean({
      label: 'Wait for Completion',
      help: {
        n8n: 'Whether to wait until the run finishes.',
        zapier:
          'Wait until the run finishes. If it takes longer than 25 seconds, Zapier runs the step again until it has finished, provided that Start Key is filled in; otherwise the Zap stops here.',
      },
    }),
    true,
  ),
  onFailure: v.optional(
    option(
      [
        { value: 'stop', label: 'Stop With Error', description: 'Fail with an error that explains the cause' },
        {
          value: 'continue',
          label: 'Continue',
          description: 'Return the failed run and continue',
        },
      ],
      {
        label: 'On Failure',
        help: 'What to do when the run fails.',
        notOn: { n8n: 'In n8n, a run that did not succeed goes to the Failed output.' },
      },
    ),
    'stop',
  ),
  timeoutMinutes: v.optional(
    integer({
      label: 'Timeout (Minutes)',
      help: {
        n8n: 'Maximum time to wait for the run to finish.',
        zapier: 'Maximum time to wait for the run to finish, over all repetitions of the step.',
      },
      minimum: 1,
      maximum: 10_080,
      advanced: true,
    }),
    60,
  ),
  onTimeout: v.optional(
    option(
      [
        { value: 'keepRunning', label: 'Keep Running', description: 'Stop waiting; the run continues in the service' },
        { value: 'cancel', label: 'Cancel Run', description: 'Ask the service to cancel the run' },
      ],
      {
        label: 'On Timeout',
        help: {
          n8n: 'What to do with the run when the Timeout (Minutes) is reached or the execution is stopped.',
          zapier: 'What to do with the run when the Timeout (Minutes) is reached.',
        },
        advanced: true,
      },
    ),
    'keepRunning',
  ),
};

/** Input fields of every operation that reads a run and can wait for it to finish first. */
export const readFields = {
  wait: v.optional(
    boolean({
      label: 'Wait for Completion',
      help: {
        n8n: 'Whether to wait until an active run finishes.',
        zapier:
          'Wait until an active run finishes. If it takes longer than 25 seconds, Zapier runs the step again until it has finished.',
      },
      advanced: true,
    }),
    false,
  ),
  timeoutMinutes: waitFields.timeoutMinutes,
};

/** The checked values of `waitFields`. */
export interface WaitChoices {
  wait: boolean;
  onFailure: 'stop' | 'continue';
  timeoutMinutes: number;
  onTimeout: 'keepRunning' | 'cancel';
  /** Present if the vendor can send a callback. */
  completionMethod?: 'poll' | 'callback';
}
