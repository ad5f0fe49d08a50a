import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { Delivery } from '../delivery.ts';
import { entraKeys, type KeyHost } from '../entra-keys.ts';
import type { EntraSender } from '../../define/verification.ts';
import { fromHeader, type Refusal } from '../scheme.ts';

/** The issuers of a tenant: the newer form, and the older one of either cloud. */
const issuersOf = ({ authority, tenantId }: EntraSender): string[] => [
  `${authority}/${tenantId}/v2.0`,
  `https://sts.windows.net/${tenantId}/`,
  `https://sts.chinacloudapi.cn/${tenantId}/`,
];

const refusals: Record<string, Refusal> = {
  [errors.JWTExpired.code]: 'stale',
  [errors.JWTClaimValidationFailed.code]: 'wrong-token',
  [errors.JWSSignatureVerificationFailed.code]: 'no-match',
  [errors.JWKSNoMatchingKey.code]: 'no-match',
};

/** A claim that is not yet valid fails like one with a wrong value, but has another cause. */
function refusalOf(error: unknown): Refusal {
  // What a key that is none is refused with; it matches no token.
  if (error instanceof TypeError || error instanceof DOMException) return 'no-match';
  if (!(error instanceof errors.JOSEError)) throw error;
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') return 'future';
  return refusals[error.code] ?? 'bad-encoding';
}

const algorithms = ['RS256', 'PS256'];

/** Whether a token names a key and an algorithm as tokens of Microsoft Entra do; others must not cause a reading of keys. */
function namesItsKey(token: string): boolean {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return algorithms.includes(alg ?? '') && typeof kid === 'string' && kid !== '' && kid.length <= 200;
  } catch {
    return false;
  }
}

async function readToken(
  token: string,
  sender: EntraSender,
  keys: JSONWebKeySet,
  now: number,
  tolerance: number,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    algorithms,
    issuer: issuersOf(sender),
    audience: [sender.applicationId, `api://${sender.applicationId}`],
    requiredClaims: ['exp'],
    currentDate: new Date(now),
    clockTolerance: tolerance,
  });
  return payload;
}

/**
 * Verifies the token of Microsoft Entra that a delivery carries in `Authorization`: its signature against the keys of the
 * tenant, for whom it was issued, by whom, until when, and which application requested it. It says who sends, not what: the
 * body is not signed.
 * @returns why the delivery is refused; undefined when it is genuine
 * @throws PipewrightError `unavailable` when the keys cannot be read
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 * @see https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
 */
export async function entraFault(
  delivery: Delivery,
  sender: EntraSender,
  host: KeyHost,
  toleranceSeconds = 300,
): Promise<Refusal | undefined> {
  const read = fromHeader(delivery, 'authorization', (value) => {
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(value) ?? [];
    return token === undefined || token.length > 16_384 || !namesItsKey(token)
      ? 'bad-encoding'
      : { candidates: [Buffer.from(token)] };
  });
  if (typeof read === 'string') return read;
  const token = String(read.candidates[0]);
  const attempt = async (renew: boolean): Promise<JWTPayload> => {
    const keys = await entraKeys(sender, host, renew);
    return readToken(token, sender, keys, host.now(), toleranceSeconds);
  };
  try {
    const payload = await attempt(false).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return attempt(true);
      throw error;
    });
    const asked = payload['azp'] ?? payload['appid'];
    return asked === sender.senderId ? undefined : 'wrong-token';
  } catch (error) {
    return refusalOf(error);
  }
}
