import { withoutUndefined } from '../host/without-undefined.ts';
import type { HmacSettings, HmacTimestamp, SecretScheme, Secrets } from '../define/verification.ts';
import type { Delivery } from './delivery.ts';
import { hmacPresets } from './hmac-presets.ts';
import { schemes } from './schemes.ts';
import { authenticate } from './verify-delivery.ts';

/** The scheme that fits a delivery. */
export interface Detected {
  scheme: SecretScheme;
  /** The settings to enter, if no preset fits. */
  hmac?: HmacSettings;
  matched: 'current' | 'previous';
}

/** Common layouts of signed content. */
const templates = {
  plain: ['{body}'],
  url: ['{url}{body}', '{method}{url}{body}'],
  timestamp: [
    '{timestamp}.{body}',
    '{timestamp}{body}',
    '{timestamp}:{body}',
    'v0:{timestamp}:{body}',
    '{body}{timestamp}',
  ],
};

const prefixes = /^(?:(?:sha(?:1|256|512)|hmac-sha256|v\d|signature|s)[=:]|)/i;

/** Timestamps that a delivery contains: headers, and the part `t` of the signature header. */
function timestampsOf(headers: Record<string, string>, signature: string): HmacTimestamp[] {
  const unitOf = (text: string): HmacTimestamp['unit'] | undefined =>
    /^\d{9,11}$/.test(text)
      ? 's'
      : /^\d{12,14}$/.test(text)
        ? 'ms'
        : /^\d{4}-\d\d-\d\dT/.test(text)
          ? 'iso'
          : undefined;
  const found: HmacTimestamp[] = Object.entries(headers).flatMap(([name, value]) => {
    const unit = unitOf(value);
    return unit ? [{ in: 'header' as const, name, unit }] : [];
  });
  const [, name = '', value = ''] = /(?:^|[\s,])(t|ts)=([^,\s]+)/.exec(signature) ?? [];
  const unit = unitOf(value);
  return unit ? [...found, { in: 'signature', name, unit }] : found;
}

/** The settings that may fit one header. */
function* settingsFor(headers: Record<string, string>, header: string, url?: string): Generator<HmacSettings> {
  const value = headers[header] ?? '';
  const separator = value.includes(',') ? 'comma' : value.includes(' ') ? 'space' : 'none';
  const entries = separator === 'none' ? [value] : value.trim().split(/[,\s]+/, 10);
  const found = new Set(entries.map((entry) => prefixes.exec(entry)?.[0] ?? ''));
  for (const prefix of found)
    for (const algorithm of ['sha256', 'sha512', 'sha1'] as const)
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const base = { header, algorithm, encoding, prefix, separator, ...withoutUndefined({ url }) } as const;
        for (const timestamp of timestampsOf(headers, value))
          for (const template of templates.timestamp) yield { ...base, template, timestamp };
        for (const template of [...templates.plain, ...(url === undefined ? [] : templates.url)])
          yield { ...base, template };
      }
}

/**
 * Finds the scheme that a captured delivery matches: the known ones first, then common layouts of an HMAC. The age of its
 * timestamp is not checked, because the delivery was captured earlier. Meant for troubleshooting.
 * @param url the webhook URL as entered at the sender, to find schemes that sign it
 */
export function detectScheme(delivery: Delivery, secrets: Secrets, url?: string): Detected | undefined {
  const attempt = (scheme: SecretScheme, hmac?: HmacSettings, location?: string): Detected['matched'] | undefined => {
    if (hmac?.template.includes('{url}') && url === undefined) return undefined;
    const options = { scheme, secrets, now: 0, toleranceSeconds: Infinity, ...withoutUndefined({ hmac, location }) };
    const matched = authenticate(delivery, options);
    return matched === 'current' || matched === 'previous' ? matched : undefined;
  };
  for (const scheme of Object.keys(schemes) as (keyof typeof schemes)[]) {
    const matched = attempt(scheme);
    if (matched) return { scheme, matched };
  }
  for (const [scheme, { settings }] of Object.entries(hmacPresets) as [
    keyof typeof hmacPresets,
    { settings: HmacSettings },
  ][]) {
    const matched = attempt(scheme, { ...settings, ...withoutUndefined({ url }) });
    if (matched) return { scheme, matched };
  }
  const headers = Object.fromEntries(
    Object.entries(delivery.headers).flatMap(([name, value]) =>
      typeof value === 'string' && value.length <= 4_096 && /^[\w-]{1,100}$/.test(name) ? [[name, value]] : [],
    ),
  );
  for (const header of Object.keys(headers).slice(0, 100))
    for (const hmac of settingsFor(headers, header, url)) {
      const matched = attempt('custom-hmac', hmac);
      if (matched) return { scheme: 'custom-hmac', hmac, matched };
    }
  return undefined;
}
