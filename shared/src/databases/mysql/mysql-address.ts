import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import { PipewrightError } from '../../host/error.ts';

const defaultPort = 3306;

/**
 * Reads the address of a database: `mysql://user:password@host:port/database?ssl=verify`; see `openMysql`.
 * @returns options of the driver
 * @throws PipewrightError `invalid-input`, which does not repeat the address, because it has a password
 */
export function readAddress(address: string): ConnectionOptions {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const ssl = url?.searchParams.get('ssl') ?? 'verify';
  if (!url || url.hostname === '' || !['verify', 'encrypt', 'off'].includes(ssl)) {
    throw invalidAddress();
  }
  const authority = url.searchParams.get('ca');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port ? Number(url.port) : defaultPort;
  const verify = ssl === 'verify';
  return {
    host,
    port,
    user: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)),
    stream: () => open(host, port),
    ...(ssl === 'off'
      ? {}
      : {
          ssl: {
            rejectUnauthorized: verify,
            verifyIdentity: verify,
            ...(authority ? { ca: readAuthority(authority) } : {}),
          },
        }),
  };
}

/**
 * Opens the socket. For an IP address the driver gives TLS no host name (SNI allows none), and Node then compares the
 * certificate with `localhost` unless the socket has the host.
 * @see https://github.com/nodejs/node/blob/v24.x/lib/_tls_wrap.js
 */
function open(host: string, port: number): Socket {
  const socket = connect({ host, port, noDelay: true, keepAlive: true });
  return isIP(host) ? Object.assign(socket, { _host: host }) : socket;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidAddress();
  }
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new PipewrightError({
      code: 'invalid-input',
      service: 'MySQL',
      message: `The CA certificate cannot be read: ${path}.`,
      hint: 'Check the path after ca= in the address.',
      cause,
    });
  }
}

function invalidAddress(): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service: 'MySQL',
    message: 'This is not the address of a MySQL database.',
    hint: 'Use the form mysql://user:password@host:3306/database?ssl=verify, with special characters percent-encoded, such as %40; ssl is verify, encrypt or off.',
  });
}
