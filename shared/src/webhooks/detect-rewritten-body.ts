import type { Delivery } from './delivery.ts';
import { authenticate, type VerifyOptions } from './verify-delivery.ts';

/** Common ways to serialize JSON. */
const serializers: ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  (value) => JSON.stringify(value, null, 4),
  // Python's json.dumps.
  (value) =>
    JSON.stringify(value, null, 1)
      .replace(/\n\s*([}\]])/g, '$1')
      .replace(/([{[])\n\s*/g, '$1')
      .replace(/,\n\s*/g, ', '),
];

/**
 * Whether a signature that does not match would match the same JSON in another serialization, which means that a proxy parsed and
 * rewrote the body. Too slow for every delivery; meant for troubleshooting.
 */
export function isBodyRewritten(delivery: Delivery, options: VerifyOptions): boolean {
  const text = Buffer.from(delivery.body).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const bodies = [text.trim(), `${text.trim()}\n`, ...serializers.map((serialize) => serialize(value))];
  return bodies.some(
    (body) => body !== text && typeof authenticate({ ...delivery, body: Buffer.from(body) }, options) === 'string',
  );
}
