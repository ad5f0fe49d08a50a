import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { boolean, text } from '../define/fields.ts';
import { whether } from '../host/wording.ts';

/** Input fields of every operation that starts a run. */
export const startFields = {
  startKey: v.optional(
    text({
      label: 'Start Key',
      help: {
        n8n: 'Idempotency key: a repeated key returns the existing run instead of starting another one. Use the ID of the event that triggered the workflow.',
        zapier:
          'Idempotency key: a repeated key returns the existing run instead of starting another one. Use the ID of the event that triggered the Zap.',
      },
      placeholder: 'wev_2L6ZDoilyiWzKkSA59Gmc2d7FDD',
      advanced: true,
    }),
  ),
  reuseActiveRun: v.optional(
    boolean({
      label: 'Reuse Active Run',
      help: whether('use an active run with the same parameters, if there is one, instead of starting another.'),
      advanced: true,
    }),
    false,
  ),
};

/** Identifies one start. */
export interface StartKey {
  /** At most one run is started per key; undefined if there is no key. */
  key?: string;
  /** Whether the user entered the key. Such a key outlives the execution, so the vendor is first searched for its run. */
  isGiven: boolean;
  /** Short text that vendors store with the run: derived from the user's key, otherwise unique to each start. */
  tag: string;
}

/** Makes the tags of simultaneous starts in this process unique. */
let starts = 0;

/**
 * The key of a start: the key that the user entered, otherwise the platform's key for this step of this execution.
 * @param what identifies the job to start, for vendors with one namespace for all tags, so that one key can start several jobs
 */
export function startKeyOf(host: Host, input: string | undefined, what = ''): StartKey {
  if (input !== undefined)
    return {
      key: input,
      isGiven: true,
      tag: createHash('sha256')
        .update(what === '' ? input : JSON.stringify([what, input]))
        .digest('hex')
        .slice(0, 16),
    };
  starts += 1;
  const suffix = ((Math.floor(host.random() * 36 ** 6) + starts) % 36 ** 6).toString(36).padStart(6, '0');
  return withoutUndefined({ isGiven: false, tag: `${host.now().toString(36)}-${suffix}`, key: host.executionKey });
}
