import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import { PipewrightError } from '../../host/error.ts';

const usualPort = 3306;

/**
 * The options of the driver for an address `mysql://user:password@host:port/database?ssl=verify`, as `openMysql` takes it.
 * @throws PipewrightError `bad-input`; it does not repeat the address, which holds a password
 */
export function readAddress(address: string): ConnectionOptions {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const ssl = url?.searchParams.get('ssl') ?? 'verify';
  if (!url || url.hostname === '' || !['verify', 'encrypt', 'off'].includes(ssl)) {
    throw noAddress();
  }
  const authority = url.searchParams.get('ca');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port ? Number(url.port) : usualPort;
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
 * Opens the connection itself. For a host that is an IP address the driver gives TLS no name (SNI has none), and Node
 * then compares the certificate with `localhost` unless the socket says which host it was opened to.
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
    throw noAddress();
  }
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'MySQL',
      message: `The certificate of the authority cannot be read: ${path}.`,
      hint: 'Check the path behind ca= in the address.',
      cause,
    });
  }
}

function noAddress(): PipewrightError {
  return new PipewrightError({
    code: 'bad-input',
    service: 'MySQL',
    message: 'That is not the address of a MySQL database.',
    hint: 'Write mysql://user:password@host:3306/database?ssl=verify, with special characters encoded as in %40; ssl is verify, encrypt or off.',
  });
}
