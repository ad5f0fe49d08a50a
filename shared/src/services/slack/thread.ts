import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { text } from '../../define/fields.ts';
import { service } from './api.ts';

/** The field that says which thread is answered. */
export const threadField = v.optional(
  text({
    label: 'Thread',
    help: 'Answers in a thread: the timestamp that a Send Message step gave, or the link of a message of the thread (Copy Link in Slack).',
    placeholder: '1763625600.000100',
    advanced: true,
    idFromUrl: {
      // The link of a reply names the first message of its thread, to which an answer belongs, in its query.
      pattern: /\/p(?:\d{16}\?(?:[^#]*&)?thread_ts=|(?=\d{16}(?:[?#]|$)))(\d{10}\.?\d{6})(?:[?&#]|$)/,
      example: 'https://contoso.slack.com/archives/C0123456789/p1763625600000100',
    },
  }),
);

/**
 * The timestamp of a message; links have it without the point.
 * @param label the field that it was typed into
 * @throws PipewrightError `bad-input` when it is none
 */
export function messageTimestamp(typed: string, label: string): string {
  const timestamp = typed.replace(/^p?(\d{10})(\d{6})$/, '$1.$2');
  if (/^\d{10}\.\d{6}$/.test(timestamp)) return timestamp;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `“${label}” is not the timestamp of a message: ${typed.slice(0, 60)}.`,
    hint: 'Take it from a Send Message step, or paste the link of the message.',
  });
}
