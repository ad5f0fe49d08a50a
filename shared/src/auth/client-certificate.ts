import { createPrivateKey, randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { PipewrightError } from '../host/error.ts';
import type { Wording } from '../host/wording.ts';

/** A certificate with its private key. */
export interface ClientCertificate {
  key: KeyObject;
  certificate: X509Certificate;
}

/** Seconds for which an assertion is valid; Microsoft recommends 5 to 10 minutes. */
const assertionSeconds = 600;

/** Shortest RSA key that PS256 allows here (RFC 7518, section 3.5). */
const minKeyBits = 2048;

/** A block of a PEM file: its label and its content. Text around the blocks is ignored (RFC 7468). */
const pemBlock = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs;

const pemHint =
  'Enter the contents of the .pem file in Certificate: the block of the private key and the block of the certificate. Convert a .pfx file with: openssl pkcs12 -in file.pfx -nodes -out file.pem';

const passwordHint: Wording = {
  n8n: 'Enter the password of the private key under Certificate Password in the credential.',
  zapier: 'Enter the password of the private key under Certificate Password in the connection.',
};

function unusable(message: string, hint: Wording = pemHint): PipewrightError {
  return new PipewrightError({ code: 'not-connected', service: 'Microsoft Entra', message, hint });
}

/** Restores the line breaks of a PEM block, which single-line fields replace by spaces or remove. */
function restored(label: string, content: string): string {
  // A key encrypted by old tools has headers, whose lines cannot be restored.
  const body = content.includes(':') ? content.trim() : content.replace(/\s+/g, '').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

function readKey(pem: string, password: string | undefined): KeyObject {
  const isEncrypted = /ENCRYPTED/.test(pem.replace(/-----END.*/s, ''));
  if (isEncrypted && !password) throw unusable('The private key is encrypted, but there is no password.', passwordHint);
  try {
    return createPrivateKey({ key: pem, ...(password ? { passphrase: password } : {}) });
  } catch {
    // The reason of the cryptographic library could contain parts of the key.
    if (isEncrypted) throw unusable('The private key cannot be decrypted with this password.', passwordHint);
    throw unusable('The private key in “Certificate” is damaged.');
  }
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable('The certificate in “Certificate” is damaged.');
  }
}

/**
 * Reads a private key and its certificate in PEM format, in any order, with further certificates of a chain, and with line breaks
 * as they are, written as `\n`, or lost in a single-line field.
 * @param password of an encrypted private key
 * @throws PipewrightError `not-connected` that says what is missing or does not fit; never with a part of the key
 */
export function readClientCertificate(pem: string, password?: string): ClientCertificate {
  const blocks = [...pem.replace(/\\r|\\n/g, '\n').matchAll(pemBlock)].map(([, label = '', content = '']) => ({
    label,
    pem: restored(label, content),
  }));
  if (blocks.length === 0) throw unusable('“Certificate” is not in PEM format.');
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  const [keyBlock] = keys;
  if (!keyBlock) throw unusable('“Certificate” contains no private key.');
  if (keys.length > 1) throw unusable('“Certificate” contains several private keys.');
  if (certificates.length === 0) throw unusable('“Certificate” contains a private key, but no certificate.');
  const key = readKey(keyBlock.pem, password);
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < minKeyBits)
    throw unusable(
      `The private key in “Certificate” is not an RSA key with at least ${minKeyBits} bits.`,
      'Microsoft Entra accepts no other keys. Create a new certificate and upload it to the app registration.',
    );
  const own = certificates.map((one) => readCertificate(one.pem)).find((one) => one.checkPrivateKey(key));
  if (!own) throw unusable('The private key in “Certificate” does not belong to the certificate.');
  return { key, certificate: own };
}

/**
 * Signs an assertion for Microsoft Entra with PS256. The header names the certificate by its SHA-256 thumbprint.
 * @param now milliseconds since 1970
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export async function signAssertion(
  { key, certificate }: ClientCertificate,
  { clientId, audience, now }: { clientId: string; audience: string; now: number },
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  const thumbprint = Buffer.from(certificate.fingerprint256.replace(/:/g, ''), 'hex').toString('base64url');
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + assertionSeconds)
    .sign(key);
}

/** The certificate as the portal lists it: its SHA-1 thumbprint and its last day. */
export function describeCertificate({ certificate }: ClientCertificate): string {
  const thumbprint = certificate.fingerprint.replace(/:/g, '');
  return `thumbprint ${thumbprint}, valid until ${certificate.validToDate.toISOString().slice(0, 10)}`;
}
