/** Third argument of a JSON reviver: the source text of the value. */
interface ReviverContext {
  source?: string;
}

/**
 * Parses JSON without losing precision: an integer beyond 2^53, such as a Databricks ID, becomes a string.
 * @throws SyntaxError if the text is not JSON
 */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as unknown;
  const exact = (_name: string, value: unknown, context?: ReviverContext): unknown =>
    isImprecise(value) && context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value;
  return JSON.parse(text, exact as (name: string, value: unknown) => unknown) as unknown;
}

/** Whether JSON text contains an integer that would lose digits if it was parsed as a number; false for any other text. */
export function hasLongInteger(text: string): boolean {
  if (!/\d{16}/.test(text)) return false;
  let found = false;
  const look = (_name: string, value: unknown, context?: ReviverContext): unknown => {
    found ||= isImprecise(value) && /^-?\d+$/.test(context?.source ?? '0');
    return value;
  };
  try {
    JSON.parse(text, look as (name: string, value: unknown) => unknown);
    return found;
  } catch {
    return false;
  }
}

/** Whether a parsed value is an integer beyond 2^53, which has lost precision. */
function isImprecise(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}
