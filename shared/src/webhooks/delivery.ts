/** What a sender delivered, before anything in it is believed. */
export interface Delivery {
  /** Header names in any case; a header that came more than once is an array. */
  headers: Record<string, string | string[] | undefined>;
  query: Record<string, string | string[] | undefined>;
  /** The body exactly as it came: signatures are over bytes. */
  body: Uint8Array;
}

/** The value of a header, whatever the case of its name and with Zapier's `Http-` before it; undefined unless there is exactly one. */
export function header(delivery: Delivery, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const found = Object.entries(delivery.headers).filter(([key]) => key.toLowerCase() === wanted || key.toLowerCase() === `http-${wanted}`);
  const value = found.length === 1 ? found[0]?.[1] : undefined;
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  return value;
}
