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
    typeof value === 'number' && !Number.isSafeInteger(value) && context?.source !== undefined && /^-?\d+$/.test(context.source)
      ? context.source
      : value;
  return JSON.parse(text, exact as (name: string, value: unknown) => unknown) as unknown;
}
