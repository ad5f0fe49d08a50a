/** What a sender delivered, before it is verified. */
export interface Delivery {
  /** Header names in any case; a header that came more than once is an array. */
  headers: Record<string, string | string[] | undefined>;
  /** Parameters of the address. Platforms that read `a[b]=1` as an object hand that over here. */
  query: Record<string, unknown>;
  /** The body exactly as it came: signatures are over bytes. */
  body: Uint8Array;
}

const prefix = 'http-';

/** Whether a header has a name; names of another length are told apart without being written anew. */
function isNamed(given: string, wanted: string): boolean {
  if (given.length === wanted.length) return given === wanted || given.toLowerCase() === wanted;
  return given.length === prefix.length + wanted.length && given.toLowerCase() === prefix + wanted;
}

/**
 * Every value of a header, whatever the case of its name and with Zapier's `Http-` before it. What is no text, which no HTTP
 * request holds, counts as an empty value.
 */
export function headerValues({ headers }: Delivery, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const given of Object.keys(headers)) {
    if (!isNamed(given, wanted)) continue;
    const value: unknown = headers[given];
    if (typeof value === 'string') values.push(value);
    else if (Array.isArray(value)) for (const one of value) values.push(typeof one === 'string' ? one : '');
    else if (value !== undefined) values.push('');
  }
  return values;
}
