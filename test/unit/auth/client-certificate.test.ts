import { createPrivateKey, X509Certificate } from 'node:crypto';
import { jwtVerify } from 'jose';
import { readClientCertificate, signAssertion } from '../../../shared/src/auth/client-certificate.ts';
import { describeError } from '../../../shared/src/host/error.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';

const own = makeCertificate({ kind: 'rsa' });
const other = makeCertificate({ kind: 'rsa' });
const pem = own.key + own.certificate;
const privateKey = createPrivateKey(own.key);
const thumbprint = new X509Certificate(own.certificate).fingerprint256;
const pkcs1 = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const encrypted = (type: 'pkcs1' | 'pkcs8'): string =>
  privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass word' }).toString();

/** The lines of the key that identify it. */
const keyLines = own.key.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));

describe('readClientCertificate reads a key and its certificate', () => {
  it.each([
    ['as files have them', pem, undefined],
    ['in the other order', own.certificate + own.key, undefined],
    ['with the line ends of Windows', pem.replace(/\n/g, '\r\n'), undefined],
    ['in one line with spaces', pem.replace(/\n/g, ' '), undefined],
    ['in one line without spaces', pem.replace(/\n/g, ''), undefined],
    ['with line breaks written as \\n', pem.replace(/\n/g, '\\n'), undefined],
    [
      'with attributes around the blocks',
      `Bag Attributes\n  friendlyName: x\n${own.key}subject=CN\n${own.certificate}`,
      undefined,
    ],
    ['with a chain, in any order', own.key + other.certificate + own.certificate, undefined],
    ['with a key of the old format', pkcs1 + own.certificate, undefined],
    ['with an encrypted key', encrypted('pkcs8') + own.certificate, 'pass word'],
    ['with an encrypted key of the old format', encrypted('pkcs1') + own.certificate, 'pass word'],
    ['with a password that is not needed', pem, 'pass word'],
  ])('%s', (_how, text, password) => {
    expect(readClientCertificate(text, password).certificate.fingerprint256).toBe(thumbprint);
  });
});

describe('readClientCertificate rejects', () => {
  const ec = makeCertificate();
  it.each([
    ['text that is not PEM', 'a certificate', undefined, '“Certificate” is not in PEM format.'],
    ['a certificate without a key', own.certificate, undefined, '“Certificate” contains no private key.'],
    ['a key without a certificate', own.key, undefined, '“Certificate” contains a private key, but no certificate.'],
    ['two keys', other.key + pem, undefined, '“Certificate” contains several private keys.'],
    [
      'a key of another certificate',
      own.key + other.certificate,
      undefined,
      'The private key in “Certificate” does not belong to the certificate.',
    ],
    [
      'an encrypted key without a password',
      encrypted('pkcs8') + own.certificate,
      undefined,
      'The private key is encrypted, but there is no password.',
    ],
    [
      'another password',
      encrypted('pkcs8') + own.certificate,
      'wrong',
      'The private key cannot be decrypted with this password.',
    ],
    [
      'a key that is cut off',
      own.key.replace(/(?:.{64}\n){9}/, '') + own.certificate,
      undefined,
      'The private key in “Certificate” is damaged.',
    ],
    [
      'a certificate that is cut off',
      own.key + own.certificate.replace(/.{64}\n/, ''),
      undefined,
      'The certificate in “Certificate” is damaged.',
    ],
    [
      'an elliptic curve key',
      ec.key + ec.certificate,
      undefined,
      'The private key in “Certificate” is not an RSA key with at least 2048 bits.',
    ],
  ])('%s, without a part of the key', (_what, text, password, message) => {
    let raised: unknown;
    try {
      readClientCertificate(text, password);
    } catch (error) {
      raised = error;
    }
    expect(raised).toMatchObject({ code: 'not-connected', message, hint: expect.anything() });
    for (const platform of ['n8n', 'zapier', 'cli'] as const)
      for (const line of keyLines) expect(describeError(raised, platform)).not.toContain(line);
  });
});

describe('signAssertion', () => {
  const now = Date.parse('2026-11-20T08:00:00.900Z');
  const request = { clientId: 'client-1', audience: 'https://login.example/t/oauth2/v2.0/token', now };

  it('names the application, the token URL and the certificate, and is valid for ten minutes', async () => {
    const certificate = readClientCertificate(pem);
    const assertion = await signAssertion(certificate, request);
    const { payload, protectedHeader } = await jwtVerify(assertion, certificate.certificate.publicKey, {
      currentDate: new Date(now),
    });
    expect(protectedHeader).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': Buffer.from(thumbprint.replace(/:/g, ''), 'hex').toString('base64url'),
    });
    const seconds = Math.floor(now / 1000);
    expect(payload).toEqual({
      iss: 'client-1',
      sub: 'client-1',
      aud: request.audience,
      iat: seconds,
      nbf: seconds,
      exp: seconds + 600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('is different each time', async () => {
    const certificate = readClientCertificate(pem);
    const ids = await Promise.all(
      [1, 2].map(async () => {
        const { payload } = await jwtVerify(
          await signAssertion(certificate, request),
          certificate.certificate.publicKey,
          {
            currentDate: new Date(now),
          },
        );
        return payload.jti;
      }),
    );
    expect(new Set(ids).size).toBe(2);
  });
});
