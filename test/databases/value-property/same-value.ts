import type { Family, PropertyType } from './property-engine.ts';

/** Whether the value that was read equals the written one; a text outside its family never does. */
export function sameValue(
  written: string,
  read: string,
  { family, padded = false, normal = normals[family] }: Pick<PropertyType, 'family' | 'padded' | 'normal'>,
): boolean {
  if (family === 'text' && padded) return written.replace(/ +$/, '') === read.replace(/ +$/, '');
  const wanted = normal(written);
  return wanted !== undefined && wanted === normal(read);
}

/** The canonical form of a written value; undefined for one outside the family. */
const normals: Record<Family, (text: string) => string | undefined> = {
  integer: (text) =>
    /^[-+]?(0|[1-9]\d*)(\.0+)?$/.test(text) ? String(BigInt(text.replace(/\.0+$/, '').replace('+', ''))) : undefined,
  decimal: (text) => normalDecimal(text, false),
  float: (text) => normalDecimal(text, true),
  boolean: (text) => (/^(true|t|1|yes)$/i.test(text) ? 'true' : /^(false|f|0|no)$/i.test(text) ? 'false' : undefined),
  date: (text) => (isDay(text) ? text : undefined),
  timestamp: (text) => parseTimestamp(text, false),
  'timestamp-with-zone': (text) => parseTimestamp(text, true),
  time(text) {
    const [, clock, seconds = ':00', fraction = ''] =
      /^((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(\.\d+)?$/.exec(text) ?? [];
    return clock && `${clock}${seconds}${fraction.replace(/\.?0*$/, '')}`;
  },
  uuid: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined),
  text: (text) => text,
  json: normalJson,
  other: (text) => text,
};

/** Digits and exponent of a number: `-125e-2` for `-1.250`. */
function normalDecimal(text: string, withExponent: boolean): string | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^([-+]?)(0|[1-9]\d*|(?=\.\d))(?:\.(\d*))?(?:[eE]([-+]?\d{1,4}))?$/.exec(text) ?? [];
  if (whole === undefined || (!withExponent && /e/i.test(text))) return undefined;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign === '-' ? '-' : ''}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function parseTimestamp(text: string, zoned: boolean): string | undefined {
  const [, day = '', clock = '', seconds = ':00', fraction = '', zone] =
    /^(\d{4}-\d\d-\d\d)[ T]((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(\.\d{1,9})? ?(Z|UTC|[-+]\d\d(?::?\d\d)?)?$/.exec(
      text,
    ) ?? [];
  if (!isDay(day) || (zone !== undefined) !== zoned) return undefined;
  const fine = fraction.replace(/\.?0*$/, '');
  if (zone === undefined) return `${day} ${clock}${seconds}${fine}`;
  const [, sign = '+', hours = '0', minutes = '0'] = /^([-+])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  const local = new Date(`${day}T${clock}${seconds}Z`).getTime();
  return `${local - offset * 60_000}${fine}`;
}

/** JSON normalized for white space and key order, with every digit and repeated key. */
function normalJson(text: string): string | undefined {
  try {
    const keys = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(keys);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, inner]) => [key, keys(inner)]),
      );
    };
    const numbers = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
      token.startsWith('"') ? token : `"#${normalDecimal(token, true) ?? token}"`,
    );
    return JSON.stringify(keys(JSON.parse(numbers)));
  } catch {
    return undefined;
  }
}
