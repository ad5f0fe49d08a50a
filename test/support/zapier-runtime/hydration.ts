import { createHmac, timingSafeEqual } from 'node:crypto';

/** The deferred call of `z.dehydrate` and `z.dehydrateFile`. */
export interface HydrationPointer {
  type: 'method' | 'file';
  /** `hydrators.NAME` */
  method: string;
  /** The input of the hydrator. */
  inputData: Record<string, unknown>;
}

const pointerPattern = /hydrate\|\|\|([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)\|\|\|hydrate/;

/**
 * Parses a pointer in the app's output.
 *
 * Throws when the text is not a signed pointer, or when its signature was not made with `secret` (HMAC-SHA1 over the
 * base64 text), which means that the app did not write it.
 */
export function readHydrationPointer(text: string, secret: string): HydrationPointer {
  const [whole, payload, signature] = pointerPattern.exec(text) ?? [];
  if (whole !== text || !payload || !signature) throw new Error('This is not a signed hydration pointer.');
  const expected = createHmac('sha1', secret).update(payload).digest();
  const given = Buffer.from(signature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Error('The hydration pointer was not signed by the app.');
  }
  const { type, method, bundle } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
  return { type, method, inputData: bundle ?? {} };
}

/** All hydration pointers in a value, at any depth. */
export function findHydrationPointers(value: unknown): string[] {
  return JSON.stringify(value)?.match(new RegExp(pointerPattern, 'g')) ?? [];
}

/** Whether a value is a hydration pointer, with a valid signature or not. */
function isHydrationPointer(value: unknown): value is string {
  return typeof value === 'string' && pointerPattern.exec(value)?.[0] === value;
}

/** A copy of `value` with every hydration pointer, at any depth, replaced by `replace`. */
export async function replaceHydrationPointers(
  value: unknown,
  replace: (pointer: string) => Promise<unknown>,
): Promise<unknown> {
  if (isHydrationPointer(value)) return replace(value);
  if (Array.isArray(value)) return Promise.all(value.map((item) => replaceHydrationPointers(item, replace)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await replaceHydrationPointers(item, replace)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
