/** An error from the app's own code in Zapier's runtime. */
export class ZapierAppError extends Error {
  /** The error class in the app: `HaltedError`, `ThrottledError`, `AppError`, `ExpiredAuthError`, … */
  override readonly name: string;
  /** The app's method that raised it: `creates.start_pipeline.operation.perform`. */
  readonly method: string;

  constructor(name: string, message: string, method: string) {
    super(message);
    this.name = name;
    this.method = method;
  }

  /** The message that Zapier shows to the user, without the bundle and the logs that Zapier's core appends to some errors. */
  get userMessage(): string {
    const details = this.details();
    if (typeof details['message'] === 'string') return details['message'];
    return this.message.split(/\n(?:What happened:|\nConsole logs:)/)[0] ?? this.message;
  }

  /** Seconds after which Zapier runs the step again, if a `ThrottledError` contains them. */
  get retryAfterSeconds(): number | undefined {
    const { delay } = this.details();
    return typeof delay === 'number' ? delay : undefined;
  }

  /** The fields of errors with a message that Zapier's core writes as JSON; empty for other errors. */
  private details(): Record<string, unknown> {
    try {
      return Object(JSON.parse(this.message)) as Record<string, unknown>;
    } catch {
      return {};
    }
  }
}
