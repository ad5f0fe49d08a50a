import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from '../../machine/certificate.ts';
import { messageTypes, packetsOf } from './tds-packets.ts';

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
  constructor({ key, certificate }: Certificate, send: (bytes: Buffer) => void, receive: (bytes: Buffer) => void, fail: (error: Error) => void) {
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
    });
    this.#secure = new TLSSocket(this.#inner, { isServer: true, secureContext: createSecureContext({ key, cert: certificate, maxVersion: 'TLSv1.2' }) });
    this.#secure.on('data', receive);
    this.#secure.on('error', fail);
    this.#secure.on('secure', () => {
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

  /** How the connection is encrypted: `TLSv1.2`. */
  get protocol(): string {
    return this.#secure.getProtocol() ?? 'none';
  }

  #flush(send: (bytes: Buffer) => void): void {
    if (this.#toSend.length === 0) return;
    const data = Buffer.concat(this.#toSend);
    this.#toSend = [];
    send(packetsOf(messageTypes.prelogin, data));
  }
}
