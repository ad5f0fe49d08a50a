import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { text } from '../../define/fields.ts';
import { service } from './api.ts';

/** Selects the thread to reply in. */
export const threadField = v.optional(
  text({
    label: 'Thread',
    help: 'To reply in a thread, enter the Timestamp from a Send Message step, or a link to a message in the thread (Copy link in Slack).',
    placeholder: '1763625600.000100',
    advanced: true,
    idFromUrl: {
      // The link of a reply has the timestamp of the parent message in its query.
      pattern: /\/p(?:\d{16}\?(?:[^#]*&)?thread_ts=|(?=\d{16}(?:[?#]|$)))(\d{10}\.?\d{6})(?:[?&#]|$)/,
      example: 'https://contoso.slack.com/archives/C0123456789/p1763625600000100',
    },
  }),
);

/**
 * A message timestamp; links contain it without the dot.
 * @param label label of the field with the timestamp
 * @throws PipewrightError `invalid-input` if it is not a timestamp
 */
export function messageTimestamp(input: string, label: string): string {
  const timestamp = input.replace(/^p?(\d{10})(\d{6})$/, '$1.$2');
  if (/^\d{10}\.\d{6}$/.test(timestamp)) return timestamp;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `“${label}” must be a message timestamp, but is “${input.slice(0, 60)}”.`,
    hint: 'Use the timestamp from a Send Message step, or paste the link of the message.',
  });
}
