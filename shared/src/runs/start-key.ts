import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import { boolean, text } from '../define/fields.ts';

/** Input fields of every operation that starts a run. */
export const startFields = {
  startKey: v.optional(
    text({
      label: 'Start Key',
      help: 'A run is started once for each key: when the step runs again with the same one, it takes the run that exists. Use the ID of the event that the workflow began with. Empty: each time the step runs, a run is started.',
      placeholder: 'wev_2L6ZDoilyiWzKkSA59Gmc2d7FDD',
      advanced: true,
    }),
  ),
  reuse: v.optional(
    boolean({
      label: 'Reuse a Run That Is Already Going',
      help: 'Whether to take a run with the same parameters that goes on already, whoever started it, instead of starting another.',
      advanced: true,
    }),
    false,
  ),
};

/** What tells one start from another. */
export interface StartKey {
  /** Under this key a run is started once; undefined where nothing is known that could be one. */
  key?: string;
  /** Whether a person gave it, so that it counts beyond one execution and the vendor is asked for its run first. */
  isGiven: boolean;
  /** Short and plain, for vendors that keep a text with a run: the same for the same key of a person, else new for each start. */
  tag: string;
}

/** Starts of this process, so that two at the same time never have the same tag. */
let starts = 0;

/**
 * The key of a start: what a person typed, else what the platform knows of this very step of this very execution.
 * @param what what is started, for vendors where all that is started shares its tags: one key may start several things
 */
export function startKeyOf(host: Host, typed: string | undefined, what = ''): StartKey {
  if (typed !== undefined)
    return {
      key: typed,
      isGiven: true,
      tag: createHash('sha256')
        .update(what === '' ? typed : JSON.stringify([what, typed]))
        .digest('hex')
        .slice(0, 16),
    };
  starts += 1;
  const chance = ((Math.floor(host.random() * 36 ** 6) + starts) % 36 ** 6).toString(36).padStart(6, '0');
  const tag = `${host.now().toString(36)}-${chance}`;
  return { isGiven: false, tag, ...(host.executionKey === undefined ? {} : { key: host.executionKey }) };
}
