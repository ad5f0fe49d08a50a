import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from '../../support/machine/certificate.ts';
import { messageTypes, packetsOf } from './tds-packets.ts';

/** What else the server's side of TLS is like. */
interface TlsOptions {
  /** Whether TLS comes first and TDS inside of it, as in TDS 8.0. Default: false. */
  bare?: boolean;
  /** Told when the server ended in good order. */
  onEnd?(): void;
}

/**
 * The server's side of TLS inside of TDS: as long as both sides shake hands, what they say travels in packets of the
 * first message's type; afterwards TLS runs over the bare connection.
 */
export class TlsInTds {
  readonly #inner: Duplex;
  readonly #secure: TLSSocket;
  #shaking = true;
  #toSend: Buffer[] = [];

  /**
   * @param send takes bytes for the connection
   * @param receive takes what the client says, in clear
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
          // All that answers one message of the client travels in one message.
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

  /** Whether what the client sends still stands in packets. */
  get isShakingHands(): boolean {
    return this.#shaking;
  }

  /** Takes bytes of TLS. */
  push(bytes: Buffer): void {
    this.#inner.push(bytes);
  }

  /** Sends bytes in clear to the client. */
  write(bytes: Buffer): void {
    this.#secure.write(bytes);
  }

  /** Ends TLS in good order, by its close_notify. */
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
