import { PassThrough } from 'node:stream';
import { explainMysql } from './mysql-error.ts';
import type { MysqlSession } from './mysql-session.ts';

/** Bytes per packet: larger packets are not faster. */
const maxPacketBytes = 256 * 1024;

/** Bytes of the packet header and some reserve. */
const packetOverhead = 64;

/** Bytes that may be buffered for the connection. */
const bufferBytes = 2 * 1024 * 1024;

/**
 * Sends rows with `LOAD DATA LOCAL INFILE`, with the backpressure of the server.
 * @see https://dev.mysql.com/doc/refman/8.4/en/load-data.html
 */
export class MysqlInfile {
  readonly #stream = new PassThrough({ highWaterMark: bufferBytes });
  readonly #written: Promise<number>;
  readonly #failed: Promise<never>;
  readonly #packet: number;
  /** Why the statement failed; nothing must be sent after that. */
  #failure: unknown;

  /**
   * @param sql the statement
   * @param before rows sent by earlier statements
   */
  constructor(session: MysqlSession, sql: string, before: number) {
    this.#packet = Math.max(packetOverhead, Math.min(maxPacketBytes, session.server.maxPacketBytes - packetOverhead));
    this.#stream.on('error', () => undefined);
    this.#written = session.write(sql, this.#stream, before);
    this.#failed = this.#written.then(
      () => new Promise<never>(() => undefined),
      (error: unknown) => {
        this.#failure = explainMysql(error);
        this.#stream.destroy();
        throw this.#failure;
      },
    );
    this.#failed.catch(() => undefined);
  }

  /** Sends bytes. */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += this.#packet) {
      if (this.#failure) throw this.#failure;
      if (!this.#stream.write(bytes.subarray(at, at + this.#packet))) await this.#waitFor('drain');
    }
  }

  /** Ends the statement and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    if (this.#failure) throw this.#failure;
    this.#stream.end();
    return Promise.race([this.#written, this.#failed]);
  }

  /** Aborts, after which the transaction can only be rolled back. */
  async abort(): Promise<void> {
    // The stream is ended, not destroyed: the driver would wait forever for one that is destroyed before it reads it.
    if (this.#failure) return;
    this.#stream.end();
    await this.#written.catch(() => undefined);
  }

  #waitFor(event: 'drain'): Promise<unknown> {
    return Promise.race([new Promise((resolve) => this.#stream.once(event, resolve)), this.#failed]);
  }
}
