import { createHash } from 'node:crypto';

/** The SHA-256 of values as JSON, in hexadecimal. */
export function hashOf(...values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}
