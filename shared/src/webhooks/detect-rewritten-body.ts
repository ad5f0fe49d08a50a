import type { Delivery } from './delivery.ts';
import { authenticate, type VerifyOptions } from './verify-delivery.ts';

/** Ways in which programs write the same JSON. */
const spellings: ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  (value) => JSON.stringify(value, null, 4),
  // As Python does it.
  (value) =>
    JSON.stringify(value, null, 1)
      .replace(/\n\s*([}\]])/g, '$1')
      .replace(/([{[])\n\s*/g, '$1')
      .replace(/,\n\s*/g, ', '),
];

/**
 * Whether a delivery whose signature does not match would match if its JSON were written in another way: then a proxy on
 * the way has parsed the body and written it anew. Too dear for every delivery; for people who look for the reason.
 */
export function isBodyRewritten(delivery: Delivery, options: VerifyOptions): boolean {
  const text = Buffer.from(delivery.body).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const bodies = [text.trim(), `${text.trim()}\n`, ...spellings.map((write) => write(value))];
  return bodies.some(
    (body) => body !== text && typeof authenticate({ ...delivery, body: Buffer.from(body) }, options) === 'string',
  );
}
