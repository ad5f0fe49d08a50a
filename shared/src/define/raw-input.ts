/** Values as a form sends them, by field name: not checked, not typed. */
export type RawInput = Record<string, unknown>;
