/**
 * Zapier's limits, in milliseconds and bytes.
 * https://docs.zapier.com/integrations/build/operating-constraints
 */
export const zapierLimits = {
  /** All of the app's work for one step, poll, hook or test in the editor. */
  invocationMs: 30_000,
  /** Input of one call of the app, as JSON. */
  inputBytes: 6 * 1024 * 1024,
  /** Output of one call of the app, as JSON. */
  outputBytes: 6 * 1024 * 1024,
  /** The body of a webhook. */
  webhookBytes: 10 * 1024 * 1024,
  /** The number of IDs that a polling trigger remembers. */
  rememberedIds: 105_000,
  /** Lifetime of `z.cursor`. */
  cursorMs: 60 * 60 * 1000,
} as const;

/** A call of the app exceeded a limit of Zapier. */
export class ZapierLimitError extends Error {
  override readonly name = 'ZapierLimitError';
  /** The exceeded limit. */
  readonly limit: keyof typeof zapierLimits;

  constructor(limit: keyof typeof zapierLimits, message: string) {
    super(message);
    this.limit = limit;
  }
}

/** Throws `ZapierLimitError` when `value`, as JSON, is larger than the given limit. */
export function requireWithinBytes(limit: 'inputBytes' | 'outputBytes', value: unknown, what: string): void {
  const size = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (size <= zapierLimits[limit]) return;
  throw new ZapierLimitError(limit, `${what} has ${size} bytes, Zapier allows ${zapierLimits[limit]}.`);
}
