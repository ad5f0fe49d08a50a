/**
 * What Zapier allows, in milliseconds and bytes.
 * https://docs.zapier.com/integrations/build/operating-constraints
 */
export const zapierLimits = {
  /** Everything an app does for one step, a poll, a hook or a test in the editor. */
  invocationMs: 30_000,
  /** What goes into one call of the app, as JSON. */
  inputBytes: 6 * 1024 * 1024,
  /** What one call of the app returns, as JSON. */
  outputBytes: 6 * 1024 * 1024,
  /** The body of a webhook. */
  webhookBytes: 10 * 1024 * 1024,
  /** The ids that a polling trigger remembers. */
  rememberedIds: 105_000,
  /** The life of `z.cursor`. */
  cursorMs: 60 * 60 * 1000,
} as const;

/** A limit of Zapier that a call of the app ran into. */
export class ZapierLimitError extends Error {
  override readonly name = 'ZapierLimitError';
  /** Which limit it was. */
  readonly limit: keyof typeof zapierLimits;

  constructor(limit: keyof typeof zapierLimits, message: string) {
    super(message);
    this.limit = limit;
  }
}

/** Throws `ZapierLimitError` when `value`, as JSON, is larger than the limit named. */
export function requireWithinBytes(limit: 'inputBytes' | 'outputBytes', value: unknown, what: string): void {
  const size = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (size <= zapierLimits[limit]) return;
  throw new ZapierLimitError(limit, `${what} has ${size} bytes, Zapier allows ${zapierLimits[limit]}.`);
}
