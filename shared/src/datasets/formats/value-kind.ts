/** What a value looks like, whatever the locale; `text` is anything else. */
export type ValueKind = 'number' | 'date' | 'time' | 'boolean' | 'id' | 'address' | 'empty' | 'text';

const kinds: readonly [ValueKind, RegExp][] = [
  [
    'number',
    /^\(?[-+]?\s?(?:[$€£¥]|[A-Z]{3}\s)?\s?[-+]?(?:(?:\d+|\d{1,3}(?:[.,'’\s\u00a0\u202f]\d{3})+)(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d{1,3})?\s?(?:%|[$€£¥])?\)?$/,
  ],
  [
    'date',
    /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[-\s][A-Za-z]{3,9}[-\s,]+\d{2,4}|[A-Z][a-z]{2,8}\.?\s\d{1,2},?\s\d{4})(?:[T\s]\s?\d{1,2}:\d{2}.*)?$/,
  ],
  ['time', /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?$/],
  ['boolean', /^(?:true|false|yes|no)$/i],
  ['id', /^[\dA-Fa-f]{8}-(?:[\dA-Fa-f]{4}-){3}[\dA-Fa-f]{12}$/],
  ['address', /^(?:https?:\/\/\S+|[^\s@,;]+@[^\s@,;]+\.[A-Za-z]+)$/],
];

/** Values that represent a missing one. */
const missing = /^(?:n\/?a|nan|null|none|nil|k\. ?a\.|\\n|-+|\.|\?)$/i;

/** The kind of a value, without quotation marks and surrounding spaces. */
export function kindOfValue(text: string): ValueKind {
  if (text === '' || missing.test(text)) return 'empty';
  return kinds.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
}
