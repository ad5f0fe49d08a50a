/** A webhook request before verification. */
export interface Delivery {
  /** Header names in any case; a repeated header is an array. */
  headers: Record<string, string | string[] | undefined>;
  /** Query parameters. Some platforms parse `a[b]=1` to an object. */
  query: Record<string, unknown>;
  /** The raw body: signatures cover the bytes. */
  body: Uint8Array;
}

const zapierPrefix = 'http-';

/** Compares header names. The length is compared first, which avoids most conversions to lower case. */
function isNamed(name: string, wanted: string): boolean {
  if (name.length === wanted.length) return name === wanted || name.toLowerCase() === wanted;
  return name.length === zapierPrefix.length + wanted.length && name.toLowerCase() === zapierPrefix + wanted;
}

/**
 * All values of a header, with its name in any case and with or without Zapier's prefix `Http-`. A value that is not a string,
 * which no HTTP request contains, counts as empty.
 */
export function headerValues({ headers }: Pick<Delivery, 'headers'>, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const key of Object.keys(headers)) {
    if (!isNamed(key, wanted)) continue;
    const value: unknown = headers[key];
    if (typeof value === 'string') values.push(value);
    else if (Array.isArray(value)) for (const one of value) values.push(typeof one === 'string' ? one : '');
    else if (value !== undefined) values.push('');
  }
  return values;
}
