import * as v from 'valibot';
import { withoutUndefined } from '../host/without-undefined.ts';
import { option, text } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import type { HmacSettings, HmacTimestamp } from '../define/verification.ts';
import { hmacPresets, isHmacPreset } from './hmac-presets.ts';
import { checkHmacSettings } from './hmac-settings.ts';

const custom = { field: 'scheme', is: ['custom-hmac'] } as const;

const presetsWithUrl = Object.entries(hmacPresets).flatMap(([name, { settings }]) =>
  settings.template.includes('{url}') ? [name] : [],
);

/** Input fields that describe a custom HMAC; shown only for the scheme `custom-hmac`, or a preset that needs them. */
export const hmacFields = {
  signatureHeader: v.optional(
    text({
      label: 'Signature Header',
      help: "Name of the header with the signature, from the sender's webhook documentation.",
      placeholder: 'X-Signature',
      shownWhen: custom,
      requiredWhenShown: true,
    }),
  ),
  algorithm: v.optional(
    option(
      [
        { value: 'sha256', label: 'SHA-256', description: 'The most common algorithm' },
        { value: 'sha512', label: 'SHA-512', description: 'For senders that use HMAC-SHA512' },
        { value: 'sha1', label: 'SHA-1 (Weak)', description: 'Only for senders that support nothing else' },
      ],
      { label: 'Algorithm', help: 'Hash algorithm of the HMAC.', shownWhen: custom },
    ),
    'sha256',
  ),
  encoding: v.optional(
    option(
      [
        { value: 'hex', label: 'Hexadecimal', description: 'Digits and the letters a to f, in any case' },
        { value: 'base64', label: 'Base64', description: 'Letters, digits, + and /' },
        { value: 'base64url', label: 'Base64url', description: 'Letters, digits, - and _' },
      ],
      { label: 'Encoding', help: 'Encoding of the signature in the header.', shownWhen: custom },
    ),
    'hex',
  ),
  signaturePrefix: v.optional(
    text({
      label: 'Signature Prefix',
      help: 'Text before the signature in the header, e.g. sha256= or v1=. Leave empty if there is none.',
      placeholder: 'sha256=',
      shownWhen: custom,
    }),
  ),
  signatureSeparator: v.optional(
    option(
      [
        { value: 'none', label: 'One Signature', description: 'The header contains one signature' },
        { value: 'comma', label: 'Separated by Commas', description: 'E.g. while the sender rotates its secret' },
        { value: 'space', label: 'Separated by Spaces', description: 'E.g. while the sender rotates its secret' },
      ],
      {
        label: 'Multiple Signatures',
        help: 'How the header separates several signatures, or a signature and its timestamp.',
        shownWhen: custom,
        advanced: true,
      },
    ),
    'none',
  ),
  signedContent: v.optional(
    text({
      label: 'Signed Content',
      help: 'What the sender signs: {body}, and optionally {timestamp}, {id}, {url} and {method}, e.g. {timestamp}.{body} or {url}{body}.',
      placeholder: '{timestamp}.{body}',
      shownWhen: custom,
    }),
    '{body}',
  ),
  timestampHeader: v.optional(
    text({
      label: 'Timestamp Header',
      help: 'Name of the header with the signed timestamp, if Signed Content contains {timestamp}. For a part of the signature header, enter its key and =, e.g. t=.',
      placeholder: 'X-Timestamp',
      shownWhen: custom,
    }),
  ),
  timestampUnit: v.optional(
    option(
      [
        { value: 's', label: 'Seconds', description: 'Since 1970, e.g. 1763625600' },
        { value: 'ms', label: 'Milliseconds', description: 'Since 1970, e.g. 1763625600000' },
        { value: 'iso', label: 'ISO 8601', description: 'E.g. 2025-11-20T08:00:00Z' },
      ],
      { label: 'Timestamp Unit', help: 'Unit of the signed timestamp.', shownWhen: custom, advanced: true },
    ),
    's',
  ),
  idHeader: v.optional(
    text({
      label: 'Delivery ID Header',
      help: 'Name of the header with an ID that stays the same in retries, used to ignore duplicates. Leave empty to use the whole body.',
      placeholder: 'X-Delivery-Id',
      shownWhen: custom,
      advanced: true,
    }),
  ),
  typeHeader: v.optional(
    text({
      label: 'Event Type Header',
      help: 'Name of the header with the event type. It is passed on as Event Type and can be used in Filter.',
      placeholder: 'X-Event-Type',
      shownWhen: custom,
      advanced: true,
    }),
  ),
  signedUrl: v.optional(
    text({
      label: 'Webhook URL',
      help: {
        n8n: 'The Production URL exactly as you entered it at the sender. Only needed if the sender signs the URL.',
        zapier:
          'The Custom webhook URL exactly as you entered it at the sender. Only needed if the sender signs the URL.',
      },
      placeholder: 'https://example.com/webhook/…',
      shownWhen: { field: 'scheme', is: ['custom-hmac', ...presetsWithUrl] },
    }),
  ),
};

type HmacInput = Partial<Values<typeof hmacFields>>;

/** A timestamp header, or the key of a part of the signature header with `=`. */
function timestampOf(entered: string | undefined, unit: HmacTimestamp['unit']): HmacTimestamp | undefined {
  if (entered === undefined) return undefined;
  return entered.endsWith('=')
    ? { in: 'signature', name: entered.slice(0, -1), unit }
    : { in: 'header', name: entered, unit };
}

/**
 * The HMAC of a scheme: that of its preset, or as entered; undefined for other schemes.
 * @throws PipewrightError `invalid-input` that names the field
 */
export function hmacSettingsOf(scheme: string, input: HmacInput): HmacSettings | undefined {
  const url = input.signedUrl;
  if (isHmacPreset(scheme)) return { ...hmacPresets[scheme].settings, ...withoutUndefined({ url }) };
  if (scheme !== 'custom-hmac') return undefined;
  return checkHmacSettings({
    header: input.signatureHeader ?? '',
    algorithm: input.algorithm ?? 'sha256',
    encoding: input.encoding ?? 'hex',
    prefix: input.signaturePrefix ?? '',
    separator: input.signatureSeparator ?? 'none',
    template: input.signedContent ?? '{body}',
    ...withoutUndefined({
      timestamp: timestampOf(input.timestampHeader, input.timestampUnit ?? 's'),
      idHeader: input.idHeader,
      typeHeader: input.typeHeader,
      url,
    }),
  });
}
