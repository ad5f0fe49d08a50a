import { PassThrough } from 'node:stream';
import { explainMysql } from './mysql-error.ts';
import type { MysqlSession } from './mysql-session.ts';

/** Bytes of a packet: larger ones are no faster. */
const largestPacket = 256 * 1024;

/** Bytes around what a packet holds. */
const frame = 64;

/** Bytes that may wait for the connection. */
const waiting = 2 * 1024 * 1024;

/**
 * Rows on their way into a table by `LOAD DATA LOCAL INFILE`, as fast as the server takes them.
 * @see https://dev.mysql.com/doc/refman/8.4/en/load-data.html
 */
export class MysqlInfile {
  readonly #stream = new PassThrough({ highWaterMark: waiting });
  readonly #taken: Promise<number>;
  readonly #failed: Promise<never>;
  readonly #packet: number;
  /** Why it ended too soon, once it has: nothing must be sent any more then. */
  #failure: unknown;

  /**
   * @param sql the statement
   * @param before rows that were sent before
   */
  constructor(session: MysqlSession, sql: string, before: number) {
    this.#packet = Math.max(frame, Math.min(largestPacket, session.server.mostBytes - frame));
    this.#stream.on('error', () => undefined);
    this.#taken = session.write(sql, this.#stream, before);
    this.#failed = this.#taken.then(
      () => new Promise<never>(() => undefined),
      (error: unknown) => {
        this.#failure = explainMysql(error);
        this.#stream.destroy();
        throw this.#failure;
      },
    );
    this.#failed.catch(() => undefined);
  }

  /** Sends bytes; waits while the server has enough to do. */
  async write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += this.#packet) {
      if (this.#failure) throw this.#failure;
      if (!this.#stream.write(bytes.subarray(at, at + this.#packet))) await this.#until('drain');
    }
  }

  /** Waits until the server has taken everything; gives the number of rows. */
  async end(): Promise<number> {
    if (this.#failure) throw this.#failure;
    this.#stream.end();
    return Promise.race([this.#taken, this.#failed]);
  }

  /** Breaks off; what was sent can only be taken back after that. */
  async abort(): Promise<void> {
    // The driver ends the statement for a stream that fails, and waits for ever for one that is gone before it looks.
    if (this.#failure) return;
    this.#stream.end();
    await this.#taken.catch(() => undefined);
  }

  #until(event: 'drain'): Promise<unknown> {
    return Promise.race([new Promise((resolve) => this.#stream.once(event, resolve)), this.#failed]);
  }
}
