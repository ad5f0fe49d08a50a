import type { Delivery } from './delivery.ts';
import { sameBytes, schemes, type Refusal, type SchemeName, type Secrets } from './scheme.ts';

/** How a delivery is to be verified. */
export interface ReceiveOptions {
  scheme: SchemeName;
  /** Name of the header or query parameter of a shared secret. */
  location?: string;
  secrets: Secrets;
  /** Take deliveries without any secret; they are marked as not verified. Default: false. */
  acceptsUnsigned?: boolean;
  /** Largest body in bytes. Default: 1 MiB. */
  maximumBytes?: number;
}

/** A delivery that may be believed, with its parsed body. */
export interface Accepted {
  ok: true;
  verified: boolean;
  matchedSecret: 'current' | 'previous' | 'none';
  body: unknown;
}

/** A delivery that is refused; the sender is answered 401 without a word. */
export interface Refused {
  ok: false;
  reason: Refusal;
  /** For the builder of the workflow: what to look at. Holds no secret. */
  explanation: string;
}

const explanations: Record<Refusal, string> = {
  'no-secret': 'No secret is set, so nothing can be verified. Set one in the connection, or tick Accept Unsigned Events.',
  missing: 'The delivery carries no signature or secret. Check that the sender is set up to send it, and that no proxy removes it.',
  'bad-encoding': 'The signature is not written as this sender writes it. It may come from another sender.',
  'no-match': 'The signature or secret does not match. Check that the secret is the one of this very webhook, and that no proxy rewrites the body.',
  'too-large': 'The body is larger than a notification ever is.',
  'not-json': 'The body is not JSON.',
  'secret-has-white-space': 'Nothing matches, and the secret in the connection begins or ends with white space: copy it again.',
};

const refuse = (reason: Refusal): Refused => ({ ok: false, reason, explanation: explanations[reason] });

/**
 * Verifies a delivery on its bytes and only then parses it. Never throws for what a sender sent.
 */
export function receive(delivery: Delivery, options: ReceiveOptions): Accepted | Refused {
  if (delivery.body.length > (options.maximumBytes ?? 1024 * 1024)) return refuse('too-large');
  const matchedSecret = prove(delivery, options);
  if (typeof matchedSecret !== 'string') return matchedSecret;
  try {
    const body: unknown = JSON.parse(Buffer.from(delivery.body.buffer, delivery.body.byteOffset, delivery.body.byteLength).toString('utf8'));
    if (typeof body !== 'object' || body === null) return refuse('not-json');
    return { ok: true, verified: matchedSecret !== 'none', matchedSecret, body };
  } catch {
    return refuse('not-json');
  }
}

function prove(delivery: Delivery, options: ReceiveOptions): Accepted['matchedSecret'] | Refused {
  const { current, previous } = options.secrets;
  if (!current && !previous) return options.acceptsUnsigned ? 'none' : refuse('no-secret');
  const scheme = schemes[options.scheme];
  const proof = scheme.proof(delivery, options.location);
  if (typeof proof === 'string') return refuse(proof);
  if (current && sameBytes(proof, scheme.expected(delivery, current))) return 'current';
  if (previous && sameBytes(proof, scheme.expected(delivery, previous))) return 'previous';
  return refuse(current && current !== current.trim() ? 'secret-has-white-space' : 'no-match');
}
