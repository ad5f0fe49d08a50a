import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from '../../support/machine/certificate.ts';
import { messageTypes, packetsOf } from './tds-packets.ts';

/** Options of the server's side of TLS. */
interface TlsOptions {
  /** Whether TLS wraps TDS from the first byte, as in TDS 8.0. Default: false. */
  bare?: boolean;
  /** Called after the server has closed gracefully. */
  onEnd?(): void;
}

/**
 * The server's side of TLS inside TDS: the handshake is carried in PRELOGIN packets; afterwards TLS runs over the plain
 * connection.
 */
export class TlsInTds {
  readonly #inner: Duplex;
  readonly #secure: TLSSocket;
  #shaking = true;
  #toSend: Buffer[] = [];

  /**
   * @param send writes bytes to the connection
   * @param receive gets the client's decrypted bytes
   */
  constructor(
    { key, certificate }: Certificate,
    send: (bytes: Buffer) => void,
    receive: (bytes: Buffer) => void,
    fail: (error: Error) => void,
    { bare = false, onEnd }: TlsOptions = {},
  ) {
    this.#shaking = !bare;
    this.#inner = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, callback) => {
        if (!this.#shaking) send(chunk);
        else {
          // The whole response to a client message is sent in one message.
          if (this.#toSend.push(chunk) === 1) setImmediate(() => this.#flush(send));
        }
        callback();
      },
      final: (callback) => {
        onEnd?.();
        callback();
      },
    });
    const secureContext = createSecureContext({
      key,
      cert: certificate,
      ...(bare ? {} : { maxVersion: 'TLSv1.2' as const }),
    });
    this.#secure = new TLSSocket(this.#inner, {
      isServer: true,
      secureContext,
      ...(bare ? { ALPNProtocols: ['tds/8.0'] } : {}),
    });
    this.#secure.on('data', receive);
    this.#secure.on('error', fail);
    this.#secure.on('secure', () => {
      if (bare) return;
      setImmediate(() => {
        this.#flush(send);
        this.#shaking = false;
      });
    });
  }

  /** Whether the client's TLS bytes are still wrapped in packets. */
  get isShakingHands(): boolean {
    return this.#shaking;
  }

  /** Adds received TLS bytes. */
  push(bytes: Buffer): void {
    this.#inner.push(bytes);
  }

  /** Encrypts and sends bytes to the client. */
  write(bytes: Buffer): void {
    this.#secure.write(bytes);
  }

  /** Closes TLS with close_notify. */
  end(): void {
    this.#secure.end();
  }

  /** How the connection is encrypted: `TLSv1.2`, or `TLSv1.3 for tds/8.0` from the first byte on. */
  get protocol(): string {
    const { alpnProtocol } = this.#secure;
    return `${this.#secure.getProtocol() ?? 'none'}${alpnProtocol ? ` for ${alpnProtocol}` : ''}`;
  }

  #flush(send: (bytes: Buffer) => void): void {
    if (this.#toSend.length === 0) return;
    const data = Buffer.concat(this.#toSend);
    this.#toSend = [];
    send(packetsOf(messageTypes.prelogin, data));
  }
}
