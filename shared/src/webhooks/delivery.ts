/** What a sender delivered, before anything in it is believed. */
export interface Delivery {
  /** Header names in any case; a header that came more than once is an array. */
  headers: Record<string, string | string[] | undefined>;
  query: Record<string, string | string[] | undefined>;
  /** The body exactly as it came: signatures are over bytes. */
  body: Uint8Array;
}

const prefix = 'http-';

/** Whether a header has a name; names of another length are told apart without being written anew. */
function isNamed(given: string, wanted: string): boolean {
  if (given.length === wanted.length) return given === wanted || given.toLowerCase() === wanted;
  return given.length === prefix.length + wanted.length && given.toLowerCase() === prefix + wanted;
}

/** Every value of a header, whatever the case of its name and with Zapier's `Http-` before it. */
export function headerValues({ headers }: Delivery, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const given of Object.keys(headers)) {
    const value = isNamed(given, wanted) ? headers[given] : undefined;
    if (typeof value === 'string') values.push(value);
    else if (value !== undefined) values.push(...value);
  }
  return values;
}
