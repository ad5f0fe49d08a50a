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

/** Common layouts of signed content, by the parts that they need. */
const templates = {
  plain: ['{body}'],
  url: ['{url}{body}', '{method}{url}{body}'],
  timestamp: [
    '{timestamp}.{body}',
    '{timestamp}{body}',
    '{timestamp}:{body}',
    'v0:{timestamp}:{body}',
    '{body}{timestamp}',
    '{body}.{timestamp}',
  ],
  id: ['{id}.{body}', '{id}{body}'],
  both: ['{id}.{timestamp}.{body}', '{timestamp}.{id}.{body}', '{id}{timestamp}{body}'],
};

/** Text before a signature: `sha256=`, `v1=`, `Signature `. */
const prefixForm = /^[a-z][\w-]{0,29}[=: ]/i;

/** Signatures of a header to look at. */
const maxEntries = 10;

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

/** The layouts that the parts of a delivery allow. */
function* layoutsFor(
  timestamps: readonly HmacTimestamp[],
  ids: readonly string[],
  url?: string,
): Generator<Pick<HmacSettings, 'template' | 'timestamp' | 'idHeader'>> {
  for (const timestamp of timestamps) {
    for (const template of templates.timestamp) yield { template, timestamp };
    for (const idHeader of ids) for (const template of templates.both) yield { template, timestamp, idHeader };
  }
  for (const idHeader of ids) for (const template of templates.id) yield { template, idHeader };
  for (const template of [...templates.plain, ...(url === undefined ? [] : templates.url)]) yield { template };
}

/** The ways in which a header can separate signatures, and the texts before them. */
function* splitsOf(value: string): Generator<Pick<HmacSettings, 'separator' | 'prefix'>> {
  const separators = [
    ['none', [value]],
    ['comma', value.includes(',') ? value.split(/\s*,\s*/, maxEntries) : []],
    ['space', value.includes(' ') ? value.split(/ +/, maxEntries) : []],
  ] as const;
  for (const [separator, entries] of separators)
    for (const prefix of new Set(entries.flatMap((entry) => ['', prefixForm.exec(entry)?.[0] ?? ''])))
      yield { separator, prefix };
}

/** The settings that may fit one header. */
function* settingsFor(headers: Record<string, string>, header: string, url?: string): Generator<HmacSettings> {
  const value = headers[header] ?? '';
  const timestamps = timestampsOf(headers, value);
  const ids = Object.keys(headers).filter((name) => /(?:^|[-_])id$/i.test(name));
  for (const split of splitsOf(value))
    for (const algorithm of ['sha256', 'sha512', 'sha1'] as const)
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        for (const layout of layoutsFor(timestamps, ids, url)) {
          const isSeparated = split.separator !== 'none' || layout.timestamp?.in !== 'signature';
          if (isSeparated) yield { header, algorithm, encoding, ...split, ...layout, ...withoutUndefined({ url }) };
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
