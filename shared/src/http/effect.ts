/**
 * The effect of a request or an operation, in the terms of RFC 9110: none (`safe`), the same however often it is repeated
 * (`idempotent`), or another one each time (`unsafe`). Determines what may be retried.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2
 */
export type Effect = 'safe' | 'idempotent' | 'unsafe';
