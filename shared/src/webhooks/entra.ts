import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { Delivery } from './delivery.ts';
import { fromHeader, type EntraSender, type Refusal } from './scheme.ts';

/** Seconds for which the keys of a tenant are kept. */
const keptFor = 24 * 3600;

/** Seconds in which keys are asked for once only, so that tokens with invented keys cannot force any number of requests. */
const askedEvery = 300;

async function keysOf({ authority, tenantId }: EntraSender, host: Pick<Host, 'http' | 'cache' | 'now'>, renew: boolean): Promise<JSONWebKeySet> {
  const url = `${authority}/${encodeURIComponent(tenantId)}/discovery/v2.0/keys`;
  const name = `entra-keys:${url}`;
  const kept = (await host.cache.get(name)) as { keys: JSONWebKeySet; readAt: number } | undefined;
  if (kept && (!renew || host.now() - kept.readAt < askedEvery * 1000)) return kept.keys;
  const { status, text } = await host.http({ method: 'GET', url, headers: { accept: 'application/json' } });
  const keys = status === 200 ? (JSON.parse(text) as JSONWebKeySet) : undefined;
  if (!Array.isArray(keys?.keys)) {
    throw new PipewrightError({
      code: 'unavailable',
      service: 'Microsoft Entra',
      message: `The keys of the tenant could not be read (status ${status}).`,
      hint: 'Check the tenant ID in the connection.',
      retryable: true,
    });
  }
  await host.cache.set(name, { keys, readAt: host.now() }, keptFor);
  return keys;
}

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
  if (!(error instanceof errors.JOSEError)) throw error;
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') return 'future';
  return refusals[error.code] ?? 'bad-encoding';
}

async function readToken(token: string, sender: EntraSender, keys: JSONWebKeySet, now: number, tolerance: number): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    algorithms: ['RS256', 'PS256'],
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
 * tenant, for whom it was made, by whom, until when, and which application asked for it. It says who sends, not what: the
 * body is not signed.
 * @returns why the delivery is refused; undefined when it is genuine
 * @throws PipewrightError `unavailable` when the keys cannot be read
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 * @see https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery
 */
export async function entraFault(
  delivery: Delivery,
  sender: EntraSender,
  host: Pick<Host, 'http' | 'cache' | 'now'>,
  toleranceSeconds = 300,
): Promise<Refusal | undefined> {
  const read = fromHeader(delivery, 'authorization', (value) => {
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(value) ?? [];
    return token === undefined || token.length > 16_384 ? 'bad-encoding' : { candidates: [Buffer.from(token)] };
  });
  if (typeof read === 'string') return read;
  const token = String(read.candidates[0]);
  const attempt = async (renew: boolean): Promise<JWTPayload | unknown> => readToken(token, sender, await keysOf(sender, host, renew), host.now(), toleranceSeconds);
  try {
    const payload = (await attempt(false).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return attempt(true);
      throw error;
    })) as JWTPayload;
    const asked = payload['azp'] ?? payload['appid'];
    return asked === sender.senderId ? undefined : 'wrong-token';
  } catch (error) {
    return refusalOf(error);
  }
}
