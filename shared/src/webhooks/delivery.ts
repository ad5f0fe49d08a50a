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

/** The value of a header, whatever the case of its name and with Zapier's `Http-` before it; undefined unless there is exactly one. */
export function header({ headers }: Delivery, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const found = Object.keys(headers).filter((given) => isNamed(given, wanted));
  const value = found.length === 1 ? headers[found[0] as string] : undefined;
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  return value;
}
