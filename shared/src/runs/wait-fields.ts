import * as v from 'valibot';
import { boolean, integer, option } from '../define/fields.ts';

/** Input fields of every operation that starts a run and can wait for its end. */
export const waitFields = {
  wait: v.optional(
    boolean({
      label: 'Wait Until It Has Finished',
      help: 'Whether to wait for the end of the run. Zapier waits up to 25 seconds, then the run is given back as it is, with Finished set to false.',
    }),
    true,
  ),
  onFailure: v.optional(
    option(
      [
        { value: 'stop', label: 'Stop With an Error' },
        { value: 'continue', label: 'Continue With the Failed Run' },
      ],
      { label: 'When the Run Fails', help: 'Stop, or go on so that a later step can tell people about it.' },
    ),
    'stop',
  ),
  timeoutMinutes: v.optional(
    integer({
      label: 'Wait at Most (Minutes)',
      help: 'After this time the step stops waiting.',
      minimum: 1,
      maximum: 10_080,
      advanced: true,
    }),
    60,
  ),
  onTimeout: v.optional(
    option(
      [
        { value: 'leave', label: 'Leave the Run Going' },
        { value: 'cancel', label: 'Cancel the Run' },
      ],
      {
        label: 'When Waiting Ends First',
        help: 'What happens to the run when the time is over or the workflow is stopped.',
        advanced: true,
      },
    ),
    'leave',
  ),
};

/** Input fields of every operation that reads a run and can wait for its end first. */
export const readFields = {
  wait: v.optional(
    boolean({
      label: 'Wait Until It Has Finished',
      help: 'Whether to wait for the end of a run that goes on. Zapier waits up to 25 seconds, then the run is given back as it is, with Finished set to false.',
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
  onTimeout: 'leave' | 'cancel';
}
