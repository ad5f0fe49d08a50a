import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { entraKeys } from '../entra-keys.ts';
import type { EntraCheck, EntraFault, EntraSender } from '../../define/verification.ts';
import { fromHeader } from '../scheme.ts';

/** Accepted issuers of a tenant: v2.0 tokens, and v1.0 tokens of the public cloud and China. */
const issuersOf = ({ authority, tenantId }: EntraSender): string[] => [
  `${authority}/${tenantId}/v2.0`,
  `https://sts.windows.net/${tenantId}/`,
  `https://sts.chinacloudapi.cn/${tenantId}/`,
];

const reasons: Record<string, EntraFault> = {
  [errors.JWTExpired.code]: 'too-old',
  [errors.JWTClaimValidationFailed.code]: 'wrong-token',
  [errors.JWSSignatureVerificationFailed.code]: 'no-match',
  [errors.JWKSNoMatchingKey.code]: 'no-match',
};

/** Maps an error of `jwtVerify` to a reason. A token that is not valid yet has its own reason. */
function reasonOf(error: unknown): EntraFault {
  // Thrown for an invalid key, which matches no token.
  if (error instanceof TypeError || error instanceof DOMException) return 'no-match';
  if (!(error instanceof errors.JOSEError)) throw error;
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') return 'too-new';
  return reasons[error.code] ?? 'malformed';
}

const algorithms = ['RS256', 'PS256'];

/** Tolerance for the clocks of Microsoft and of this machine. */
const toleranceSeconds = 300;

/** Whether a token names a key ID and an algorithm of Microsoft Entra. Other tokens must not trigger a request for keys. */
function namesItsKey(token: string): boolean {
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return algorithms.includes(alg ?? '') && typeof kid === 'string' && kid !== '' && kid.length <= 200;
  } catch {
    return false;
  }
}

async function readToken(token: string, sender: EntraSender, keys: JSONWebKeySet, now: number): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    algorithms,
    issuer: issuersOf(sender),
    audience: [sender.applicationId, `api://${sender.applicationId}`],
    requiredClaims: ['exp'],
    currentDate: new Date(now),
    clockTolerance: toleranceSeconds,
  });
  return payload;
}

/**
 * Verifies the Microsoft Entra token in `Authorization`: its signature, audience, issuer, expiry and the application that
 * requested it. The token proves who sent the delivery, not what was sent: the body is not signed.
 * @returns why the delivery is rejected; undefined if it is authentic
 * @throws PipewrightError `unavailable` if the keys cannot be read
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 * @see https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
 */
export const entraFault: EntraCheck = async (delivery, sender, host) => {
  const found = fromHeader(delivery, 'authorization', (value) => {
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(value) ?? [];
    return token === undefined || token.length > 16_384 || !namesItsKey(token) ? 'malformed' : { token };
  });
  if (typeof found === 'string') return found;
  const { token } = found;
  const attempt = async (renew: boolean): Promise<JWTPayload> => {
    const keys = await entraKeys(sender, host, renew);
    return readToken(token, sender, keys, host.now());
  };
  try {
    const payload = await attempt(false).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return attempt(true);
      throw error;
    });
    const requestedBy = payload['azp'] ?? payload['appid'];
    return requestedBy === sender.senderId ? undefined : 'wrong-token';
  } catch (error) {
    return reasonOf(error);
  }
};
