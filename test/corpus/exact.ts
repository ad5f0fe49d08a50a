/** A decimal number in one spelling, so that equal numbers are equal texts: `1.50e1` and `15` are `15e0`; undefined for a text that is no number. */
export function canonical(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const short = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + digits.length - short.length;
  return `${sign === '-' ? '-' : ''}${short}e${power}`;
}

/** A number of a JSON text with all of its digits. */
export class ExactNumber {
  readonly text: string;

  constructor(source: string) {
    this.text = source;
  }
}

/** Parses JSON and keeps numbers as written; objects have no prototype. @throws SyntaxError */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, function (this: unknown, _key: string, value: unknown, context?: { source?: string }) {
    if (typeof value === 'number') return new ExactNumber(context?.source ?? String(value));
    return value;
  });
}

/** Whether two parsed JSON values are equal, whatever the order of fields and the spelling of numbers. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one instanceof ExactNumber && other instanceof ExactNumber)
    return one.text === other.text || canonical(one.text) === canonical(other.text);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => sameJson(value, other[index]));
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
    );
  }
  return one === other;
}

/** Whether a value is an object, neither an array nor a number. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
