/** Values as a form sends them, by field name: not checked, not typed. */
export type RawInput = Record<string, unknown>;

/** The text in a field that may be empty or have another value; undefined if it has none. */
export const filledText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
