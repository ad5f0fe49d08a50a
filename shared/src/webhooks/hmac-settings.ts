import { PipewrightError } from '../host/error.ts';
import type { HmacSettings } from '../define/verification.ts';

/** The parts of a template, in braces. */
export const templatePart = /\{(method|url|id|timestamp|body)\}/;

const headerName = /^[\w-]{1,100}$/;

/** Headers that hold secrets or signatures of other schemes, and never an ID or an event type. */
const secretHeader = /authorization|cookie|signature|secret|token|hmac|api-?key/i;

/** Maximum lengths of a prefix, a template and a URL, in characters. */
const maxLengths = { prefix: 50, template: 500, url: 2_000 };

function fault(message: string, hint: string): never {
  throw new PipewrightError({ code: 'invalid-input', message, hint });
}

function checkTemplate({ template, timestamp, idHeader }: HmacSettings): void {
  const uses = (part: string): boolean => template.includes(`{${part}}`);
  if (template.length > maxLengths.template || template.split('{body}').length !== 2)
    fault(
      '“Signed Content” must contain {body} exactly once.',
      'Enter what the sender signs, e.g. {timestamp}.{body}.',
    );
  const rest = template.split(new RegExp(templatePart, 'g')).filter((_text, index) => index % 2 === 0);
  if (rest.some((text) => /[{}]/.test(text)))
    fault(
      '“Signed Content” contains an unknown part in braces.',
      'Use only {method}, {url}, {id}, {timestamp} and {body}.',
    );
  if (uses('timestamp') && !(timestamp && timestamp.in !== 'body'))
    fault('“Signed Content” contains {timestamp}, but no timestamp is read.', 'Enter Timestamp Header.');
  if (timestamp && timestamp.in !== 'body' && !uses('timestamp'))
    fault(
      'The timestamp is not signed, so it does not prevent replays.',
      'Add {timestamp} to Signed Content, or clear Timestamp Header.',
    );
  if (uses('id') && idHeader === undefined)
    fault('“Signed Content” contains {id}, but no ID is read.', 'Enter Delivery ID Header.');
}

/**
 * Checks settings of an HMAC signature, apart from the webhook URL: it may be known only later.
 * @throws PipewrightError `invalid-input` that names the field
 */
export function checkHmacSettings(settings: HmacSettings): HmacSettings {
  const { header, prefix, separator, timestamp, idHeader, typeHeader } = settings;
  const names = {
    'Signature Header': header,
    'Timestamp Header': timestamp?.in === 'header' ? timestamp.name : undefined,
    'Delivery ID Header': idHeader,
    'Event Type Header': typeHeader,
  };
  for (const [label, name] of Object.entries(names)) {
    if (name !== undefined && !headerName.test(name))
      fault(`“${label}” is not the name of a header.`, 'Enter only the name, e.g. X-Signature.');
  }
  for (const label of ['Delivery ID Header', 'Event Type Header'] as const) {
    const name = names[label];
    if (name === undefined) continue;
    if (secretHeader.test(name) || name.toLowerCase() === header.toLowerCase())
      fault(
        `“${label}” names a header with a signature or secret, which must not reach the output.`,
        'Enter the header that contains the ID or the event type.',
      );
  }
  if (prefix.length > maxLengths.prefix)
    fault('“Signature Prefix” is too long.', 'Enter only what precedes the signature, e.g. sha256=.');
  if (timestamp?.in === 'header' && timestamp.name.toLowerCase() === header.toLowerCase())
    fault(
      '“Timestamp Header” names the signature header.',
      'For a timestamp inside of it, enter its key and =, e.g. t=.',
    );
  if (timestamp?.in === 'signature' && (!/^[\w-]{1,20}$/.test(timestamp.name) || separator === 'none'))
    fault(
      'The timestamp is a part of the signature header, but “Multiple Signatures” does not say how its parts are separated.',
      'Set Multiple Signatures to Separated by Commas or Separated by Spaces.',
    );
  checkTemplate(settings);
  return settings;
}

/**
 * The webhook URL that is signed; undefined if none is signed.
 * @throws PipewrightError `invalid-input` if it is missing or not a URL
 */
export function signedUrl({ template, url }: HmacSettings): string | undefined {
  if (!template.includes('{url}')) return undefined;
  if (url !== undefined && url.length <= maxLengths.url && /^https?:\/\/\S+$/i.test(url)) return url;
  throw new PipewrightError({
    code: 'invalid-input',
    message:
      url === undefined
        ? 'Webhook URL is empty, but the sender signs the URL.'
        : 'Webhook URL is not a URL that starts with https://.',
    hint: {
      n8n: 'Enter the Production URL in Webhook URL exactly as you entered it at the sender.',
      zapier: 'Enter the Custom webhook URL in Webhook URL exactly as you entered it at the sender.',
    },
  });
}
