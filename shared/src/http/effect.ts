/**
 * What a request or an operation changes, in the terms of RFC 9110: nothing (`safe`), the same when it is repeated
 * (`idempotent`), or something again each time (`unsafe`). It decides what may be retried.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2
 */
export type Effect = 'safe' | 'idempotent' | 'unsafe';
