import { createPublicKey, generateKeyPairSync, randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { makeCertificate, type Certificate } from '../../support/machine/certificate.ts';

/** Computes a value once, when it is needed first: keys take time. */
function once<T>(compute: () => T): () => T {
  let value: { computed: T } | undefined;
  return () => (value ??= { computed: compute() }).computed;
}

/** The certificate that is uploaded to the app registration of the sandbox, with its private key. */
export const azureCertificate = once((): Certificate => makeCertificate({ names: ['pipewright'], kind: 'rsa' }));

/** The certificate by the SHA-256 thumbprint in an assertion; undefined if it is not uploaded. */
export function uploadedCertificate(thumbprint: string): KeyObject | undefined {
  const { fingerprint256, publicKey } = new X509Certificate(azureCertificate().certificate);
  return Buffer.from(fingerprint256.replace(/:/g, ''), 'hex').toString('base64url') === thumbprint
    ? publicKey
    : undefined;
}

/** What the federated credential of the app registration trusts. */
export const trust = {
  issuer: 'https://idp.contoso.example',
  subject: 'system:serviceaccount:data:pipewright',
  audience: 'api://AzureADTokenExchange',
} as const;

const providerKey = once(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

/** The public key of the identity provider. */
export const providerPublicKey = (): KeyObject => createPublicKey(providerKey());

/**
 * A token of the identity provider, valid for an hour.
 * @param now milliseconds since 1970
 * @param change what differs from the trusted values
 */
export function federatedToken(now: number, change: Partial<Record<keyof typeof trust, string>> = {}): Promise<string> {
  const { issuer, subject, audience } = { ...trust, ...change };
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'RS256', kid: 'provider-1' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + 3600)
    .sign(providerKey());
}
