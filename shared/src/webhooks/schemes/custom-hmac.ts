import { createHmac } from 'node:crypto';
import { isObject } from '../../host/is-object.ts';
import type { HmacSettings, HmacTimestamp } from '../../define/verification.ts';
import type { Delivery } from '../delivery.ts';
import { signedUrl, templatePart } from '../hmac-settings.ts';
import { fromHeader, sameBytes, type Proof, type RejectionReason, type Scheme } from '../scheme.ts';

const sizes = { sha1: 20, sha256: 32, sha512: 64 };

/** Maximum length of the signature header in characters, and number of signatures to try. */
const maxLength = 4_096;
const maxSignatures = 10;

const separators = { none: undefined, comma: /\s*,\s*/, space: / +/ };

/** Decodes one signature; undefined if it has another encoding or length. */
function decode(text: string, { encoding, algorithm }: HmacSettings): Buffer | undefined {
  const size = sizes[algorithm];
  if (encoding === 'hex')
    return text.length === size * 2 && /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
  const bytes = Buffer.from(text, encoding);
  // Node skips invalid characters, so the text must be what the bytes encode to; padding is optional.
  const isCanonical = bytes.toString(encoding).replace(/=+$/, '') === text.replace(/={0,2}$/, '');
  return bytes.length === size && isCanonical ? bytes : undefined;
}

/** A timestamp in seconds since 1970; undefined if it has another unit. */
function secondsOf(text: string, unit: HmacTimestamp['unit']): number | undefined {
  if (unit === 's') return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  if (unit === 'ms') return /^\d{12,15}$/.test(text) ? Number(text) / 1000 : undefined;
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text);
  const time = isIso ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** A timestamp as text of a unit. */
function textOf(now: number, unit: HmacTimestamp['unit']): string {
  if (unit === 's') return String(now);
  return unit === 'ms' ? String(now * 1000) : new Date(now * 1000).toISOString().replace('.000Z', 'Z');
}

function signatures(value: string, settings: HmacSettings): string[] {
  const separator = separators[settings.separator];
  return separator ? value.trim().split(separator, 2 * maxSignatures) : [value];
}

/** The parts of a delivery that a template may sign, or why one is missing. */
type Parts = Partial<Record<'id' | 'timestamp', string>> & { signedAt?: number };

function partsOf(delivery: Delivery, value: string, settings: HmacSettings): Parts | RejectionReason {
  const parts: Parts = {};
  const { timestamp, idHeader, template } = settings;
  const single = (name: string, pattern: RegExp): string | RejectionReason => {
    let text = '';
    const found = fromHeader(delivery, name, (one) => {
      text = one;
      return pattern.test(one) ? { candidates: [] } : 'malformed';
    });
    return typeof found === 'string' ? found : `=${text}`;
  };
  if (timestamp?.in === 'header') {
    const found = single(timestamp.name, /^[\x21-\x7e]{1,40}$/);
    if (!found.startsWith('=')) return found as RejectionReason;
    parts.timestamp = found.slice(1);
  }
  if (timestamp?.in === 'signature') {
    const key = `${timestamp.name}=`;
    const [found, ...more] = signatures(value, settings).filter((entry) => entry.startsWith(key));
    if (found === undefined) return 'malformed';
    if (more.length > 0) return 'duplicate';
    parts.timestamp = found.slice(key.length);
  }
  if (timestamp && parts.timestamp !== undefined) {
    const signedAt = secondsOf(parts.timestamp, timestamp.unit);
    if (signedAt === undefined) return 'malformed-timestamp';
    parts.signedAt = signedAt;
  }
  if (idHeader !== undefined && template.includes('{id}')) {
    const found = single(idHeader, /^[\w.:-]{1,200}$/);
    if (!found.startsWith('=')) return found as RejectionReason;
    parts.id = found.slice(1);
  }
  return parts;
}

function hmacOf(secret: string, settings: HmacSettings, body: Uint8Array, { id, timestamp }: Parts): Buffer {
  const hmac = createHmac(settings.algorithm, Buffer.from(secret, 'utf8'));
  const values: Record<string, string | Uint8Array> = {
    method: 'POST',
    url: signedUrl(settings) ?? '',
    id: id ?? '',
    timestamp: timestamp ?? '',
    body,
  };
  settings.template
    .split(new RegExp(templatePart, 'g'))
    .forEach((text, index) => hmac.update(index % 2 === 0 ? text : (values[text] ?? '')));
  return hmac.digest();
}

/** The timestamp in a body whose signature matched, in seconds since 1970. */
function timestampInBody(body: Uint8Array, { name, unit }: HmacTimestamp): number | 'malformed-timestamp' {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const found = isObject(parsed) && Object.hasOwn(parsed, name) ? parsed[name] : undefined;
    const text = typeof found === 'string' || typeof found === 'number' ? String(found) : '';
    return secondsOf(text, unit) ?? 'malformed-timestamp';
  } catch {
    return 'malformed-timestamp';
  }
}

/**
 * An HMAC in a header, as described by its settings. Only signatures with the prefix count; any of them may match. The
 * timestamp and ID are signed exactly as received.
 * @param settings checked with `checkHmacSettings`
 */
export function customHmac(settings: HmacSettings): Scheme {
  const { timestamp } = settings;
  return {
    proof: (delivery) =>
      fromHeader(delivery, settings.header, (value): Proof | RejectionReason => {
        if (value.length > maxLength) return 'malformed';
        const parts = partsOf(delivery, value, settings);
        if (typeof parts === 'string') return parts;
        const candidates = signatures(value, settings)
          .filter((entry) => entry.startsWith(settings.prefix))
          .flatMap((entry) => decode(entry.slice(settings.prefix.length), settings) ?? []);
        if (candidates.length === 0 || candidates.length > maxSignatures) return 'malformed';
        return { candidates, ...(parts.signedAt === undefined ? {} : { signedAt: parts.signedAt }) };
      }),
    matches({ candidates }, delivery, secret) {
      let parts: Parts = {};
      fromHeader(delivery, settings.header, (value) => {
        const found = partsOf(delivery, value, settings);
        if (typeof found !== 'string') parts = found;
        return 'malformed';
      });
      const expected = hmacOf(secret, settings, delivery.body, parts);
      return candidates.some((candidate) => sameBytes(candidate, expected));
    },
    ...(timestamp?.in === 'body' ? { signedAt: ({ body }) => timestampInBody(body, timestamp) } : {}),
    sign({ secret, body, id, now }) {
      const at = timestamp ? textOf(now, timestamp.unit) : undefined;
      const parts: Parts = { id, ...(at === undefined ? {} : { timestamp: at }) };
      const signature = `${settings.prefix}${hmacOf(secret, settings, body, parts).toString(settings.encoding)}`;
      return {
        headers: {
          [settings.header]: timestamp?.in === 'signature' ? `${timestamp.name}=${at},${signature}` : signature,
          ...(timestamp?.in === 'header' ? { [timestamp.name]: at } : {}),
          ...(settings.idHeader === undefined ? {} : { [settings.idHeader]: id }),
        },
        query: {},
      };
    },
  };
}
