import { headerValues, type Delivery } from './delivery.ts';
import { parseEventJson } from './event-json.ts';
import { readUtf8 } from './read-utf8.ts';
import type { RejectionReason } from './scheme.ts';

/** Maximum number of fields. A Slack slash command has about fifteen. */
const maxFields = 200;

const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** Whether the Content-Type of a delivery is a form. */
export function isForm(delivery: Delivery): boolean {
  const [type, ...more] = headerValues(delivery, 'content-type');
  return type !== undefined && more.length === 0 && formType.test(type);
}

/** Decodes a name or value; throws if it is not percent-encoded UTF-8. */
const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** The fields of a form in order; undefined if the body is not a form. */
function fieldsOf(body: Uint8Array): [name: string, value: string][] | undefined {
  const parts =
    readUtf8(body)
      ?.split('&', maxFields + 1)
      .filter((part) => part !== '') ?? [];
  if (parts.length === 0 || parts.length > maxFields) return undefined;
  try {
    return parts.map((part) => {
      const at = part.includes('=') ? part.indexOf('=') : part.length;
      return [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
  } catch {
    return undefined;
  }
}

/**
 * Parses the form of a verified delivery: the JSON in the field `payload`, as sent by GitHub and Slack interactivity, or
 * otherwise all fields, as in Slack slash commands.
 * @returns the event, or why it is rejected
 * @see https://docs.slack.dev/interactivity/handling-user-interaction
 * @see https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export function parseEventForm(body: Uint8Array): { body: object } | RejectionReason {
  const fields = fieldsOf(body);
  if (fields === undefined) return 'invalid-form';
  if (new Set(fields.map(([name]) => name)).size !== fields.length) return 'duplicate-keys';
  const payload = fields.find(([name]) => name === 'payload')?.[1];
  return payload === undefined ? { body: Object.fromEntries(fields) } : parseEventJson(Buffer.from(payload, 'utf8'));
}

/**
 * Whether a delivery is Slack's check of the TLS certificate: an unsigned form with `ssl_check`, which expects status 200.
 * @see https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export function isSslCheck(delivery: Delivery): boolean {
  if (delivery.body.length > 2_000 || !isForm(delivery) || headerValues(delivery, 'x-slack-signature').length > 0)
    return false;
  return fieldsOf(delivery.body)?.some(([name, value]) => name === 'ssl_check' && value === '1') ?? false;
}
