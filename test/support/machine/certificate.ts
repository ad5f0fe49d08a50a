import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/** A self-signed certificate with its key, both as PEM. */
export interface Certificate {
  key: string;
  certificate: string;
}

function element(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: Buffer[]): Buffer => element(0x30, ...parts);
const identifier = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const bits = (data: Buffer): Buffer => element(0x03, Buffer.from([0]), data);
const time = (year: number): Buffer => element(0x17, Buffer.from(`${year % 100}0101000000Z`));

/** The hosts that a certificate is valid for, and its key. */
export interface CertificateHosts {
  /** Default: `localhost`. */
  names?: readonly string[];
  /** The four bytes of each IP address. Default: 127.0.0.1. */
  addresses?: readonly (readonly number[])[];
  /** Default: `ec` (P-256). `rsa` has 2048 bits. */
  kind?: 'ec' | 'rsa';
}

/**
 * Generates a certificate for some hosts (RFC 5280) with its key. Nothing is stored.
 */
export function makeCertificate({
  names: hostNames = ['localhost'],
  addresses = [[127, 0, 0, 1]],
  kind = 'ec',
}: CertificateHosts = {}): Certificate {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm =
    kind === 'rsa'
      ? sequence(identifier('2a864886f70d01010b'), element(0x05))
      : sequence(identifier('2a8648ce3d040302'));
  const name = sequence(
    element(0x31, sequence(identifier('550403'), element(0x0c, Buffer.from(hostNames[0] ?? 'server')))),
  );
  const names = sequence(
    ...hostNames.map((host) => element(0x82, Buffer.from(host))),
    ...addresses.map((address) => element(0x87, Buffer.from(address))),
  );
  const extensions = [
    sequence(identifier('551d11'), element(0x04, names)),
    sequence(identifier('551d13'), element(0x04, sequence(element(0x01, Buffer.from([0xff]))))),
  ];
  const year = new Date().getFullYear();
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(year - 1), time(year + 2)),
    name,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}
