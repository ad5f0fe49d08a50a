import type { ColumnType } from './column.ts';
import { noForm, timestampForm, timestampForms, isDay, uuidForm } from './value-forms.ts';

/**
 * Normalizes a value of a known type so that every database reads it the same way: `5` for `+5`, `1` for the integer `1.0`,
 * `true` for `t`, `2026-11-20 08:00:00Z` for `2026-11-20 08:00:00 UTC`. Values with leading zeros are identifiers, not
 * numbers.
 * @returns undefined if the value does not fit the type
 */
export function normalizeValue(type: ColumnType, text: string): string | undefined {
  return type === 'text' ? text : normalizers[type](text);
}

/** Whether a value fits a type. */
export function fitsType(type: ColumnType, text: string): boolean {
  return normalizeValue(type, text) !== undefined;
}

const normalizers: Record<Exclude<ColumnType, 'text'>, (text: string) => string | undefined> = {
  integer(text) {
    const [, sign, digits] = /^([-+]?)(0|[1-9]\d*)(?:\.0+)?$/.exec(text) ?? [];
    if (digits === undefined) return undefined;
    return sign === '-' && digits !== '0' ? `-${digits}` : digits;
  },
  decimal(text) {
    const [, sign, whole, point, fraction = ''] = /^([-+]?)(0|[1-9]\d*|(?=\.\d))(?:(\.)(\d*))?$/.exec(text) ?? [];
    if (whole === undefined) return undefined;
    return `${sign === '-' ? '-' : ''}${whole || '0'}${point && fraction ? `.${fraction}` : ''}`;
  },
  boolean: (text) => booleans[text.toLowerCase()],
  date: (text) => (text.length === 10 && isDay(Buffer.from(text), 0) ? text : undefined),
  timestamp: (text) => timestamp(text, false),
  'timestamp-with-zone': (text) => timestamp(text, true),
  uuid: (text) => (uuidForm(Buffer.from(text), 0, Buffer.byteLength(text)) === noForm ? undefined : text),
};

const booleans: Record<string, string | undefined> = Object.assign(Object.create(null), {
  true: 'true',
  t: 'true',
  yes: 'true',
  1: 'true',
  false: 'false',
  f: 'false',
  no: 'false',
  0: 'false',
});

/** Fractional digits in inferred timestamps; more are accepted if they are zeros or the column stores them. */
const inferredDigits = 6;

function timestamp(text: string, zoned: boolean): string | undefined {
  const [, dateTime = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?( ?(?:Z|UTC|[-+]\d\d(?::?\d\d)?))?$/.exec(text) ?? [];
  const bytes = Buffer.from(`${dateTime}${fraction.slice(0, inferredDigits + 1)}${zone}`);
  const form = timestampForm(bytes, 0, bytes.length);
  if (form === noForm || Boolean(form & timestampForms.zoned) !== zoned) return undefined;
  const kept =
    fraction.length > inferredDigits + 1
      ? fraction.slice(0, inferredDigits + 1) + fraction.slice(inferredDigits + 1).replace(/0+$/, '')
      : fraction;
  return `${dateTime}${kept}${zone.trim().replace('UTC', 'Z')}`;
}
