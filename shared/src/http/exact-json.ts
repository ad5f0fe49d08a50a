/** What a reviver is told of a value beside the value: the text that it was read from. */
interface Source {
  source?: string;
}

/**
 * Parses JSON without spoiling long numbers: an integer beyond 2^53, such as an ID of Databricks, becomes its text.
 * @throws SyntaxError for what is not JSON
 */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as unknown;
  const exact = (_name: string, value: unknown, context?: Source): unknown =>
    isSpoiled(value) && context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value;
  return JSON.parse(text, exact as (name: string, value: unknown) => unknown) as unknown;
}

/** Whether a value that was parsed is a number that is longer than a number can hold. */
export function isSpoiled(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}
