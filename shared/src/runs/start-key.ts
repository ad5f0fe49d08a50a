import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Host } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { boolean, option, text, type FieldInfo } from '../define/fields.ts';
import { whether } from '../host/wording.ts';

/** What decides whether two executions of a step belong to the same start. */
const startOncePer = option(
  [
    {
      value: 'event',
      label: 'Event',
      description: 'If the trigger delivers an event again, return the run that was started for it',
    },
    {
      value: 'execution',
      label: 'Execution',
      description: 'Start a run in each execution, even if an event is delivered again',
    },
  ],
  {
    label: 'Start Once Per',
    help: 'When to return the existing run instead of starting another one. A Start Key takes precedence.',
    advanced: true,
    notOn: { zapier: 'An action cannot see the event that triggered the Zap, so only a Start Key identifies it.' },
  },
);

/** Input fields of every operation that starts a run under a key. */
export const keyFields = {
  startKey: v.optional(
    text({
      label: 'Start Key',
      help: {
        n8n: 'Idempotency key: a repeated key returns the existing run instead of starting another one. Leave empty to start one run per event of the trigger.',
        zapier:
          'Map the ID of the event that triggered the Zap: a step that runs again with the same key returns the existing run instead of starting another one. Zapier needs it to wait longer than 25 seconds.',
      },
      placeholder: 'wev_2L6ZDoilyiWzKkSA59Gmc2d7FDD',
      advanced: true,
      prominentOnZapier: true,
    }),
  ),
  startOncePer: v.optional(startOncePer, 'event'),
};

/**
 * The field Reuse Active Run.
 * @param info when to show it, if not always
 */
export const reuseActiveRunField = (info: Pick<FieldInfo, 'shownWhen'> = {}) =>
  v.optional(
    boolean({
      label: 'Reuse Active Run',
      help: whether('use an active run with the same parameters, if there is one, instead of starting another.'),
      advanced: true,
      ...info,
    }),
    false,
  );

/** Input fields of every operation that starts a run. */
export const startFields = { ...keyFields, reuseActiveRun: reuseActiveRunField() };

/** The checked values of `keyFields`. */
export interface KeyChoices {
  startKey?: string | undefined;
  startOncePer: 'event' | 'execution';
}

/** Identifies one start. */
export interface StartKey {
  /** At most one run is started per key; undefined if there is no key. */
  key?: string;
  /** Where the key comes from. A key of the user or an event outlives the execution, so the vendor is searched for its run. */
  source: 'user' | 'event' | 'execution';
  /** Short text that vendors store with the run: derived from a key that outlives the execution, otherwise unique to each start. */
  tag: string;
  /** The key as vendors store it in a field of any length: as the user entered it, otherwise the tag. */
  text: string;
}

/** Makes the tags of simultaneous starts in this process unique. */
let starts = 0;

const shortHash = (parts: readonly string[]): string =>
  createHash('sha256')
    .update(parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts))
    .digest('hex')
    .slice(0, 16);

/**
 * The key of a start: the key that the user entered, otherwise the event that the platform knows, otherwise this step of this
 * execution.
 * @param what identifies the job to start, for vendors with one namespace for all tags, so that one key can start several jobs
 */
export function startKeyOf(host: Host, { startKey, startOncePer: per }: KeyChoices, what = ''): StartKey {
  const lasting = startKey ?? (per === 'event' ? host.eventKey : undefined);
  if (lasting !== undefined) {
    const tag = shortHash(what === '' ? [lasting] : [what, lasting]);
    return startKey === undefined
      ? { key: lasting, source: 'event', tag, text: tag }
      : { key: lasting, source: 'user', tag, text: lasting };
  }
  starts += 1;
  const suffix = ((Math.floor(host.random() * 36 ** 6) + starts) % 36 ** 6).toString(36).padStart(6, '0');
  const tag = `${host.now().toString(36)}-${suffix}`;
  return withoutUndefined({ source: 'execution' as const, tag, text: tag, key: host.executionKey });
}

/** Whether the key outlives the execution. */
export function outlivesExecution({ source }: StartKey): boolean {
  return source !== 'execution';
}

/** The key for running a failed run of a key again; the same for everyone who retries that run. */
export function keyAfter(startKey: StartKey, failedRunId: string): StartKey {
  const key = `${startKey.key} after ${failedRunId}`;
  if (!outlivesExecution(startKey)) return { ...startKey, key };
  const tag = shortHash([startKey.tag, failedRunId]);
  return { ...startKey, key, tag, text: startKey.source === 'user' ? key : tag };
}
