import type { Writable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { explainPostgres } from './postgres-error.ts';

/** Rows on their way into a table by `COPY … FROM STDIN`, as fast as the server takes them. */
export class PostgresCopy {
  readonly #stream: Writable & { rowCount: number };
  readonly #failed: Promise<never>;

  /**
   * @param into table and columns, quoted
   * @param delimiter one character
   */
  constructor(client: pg.Client, into: string, delimiter: string) {
    const stream = client.query(copyFrom(`COPY ${into} FROM STDIN (FORMAT csv, DELIMITER E'${delimiter === '\t' ? '\\t' : delimiter}')`));
    this.#stream = stream;
    this.#failed = new Promise((_resolve, reject) => {
      stream.on('error', (error) => reject(explainPostgres(error)));
    });
    this.#failed.catch(() => undefined);
  }

  /** Sends pieces of CSV; waits while the server has enough to do. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (!this.#stream.write(piece)) await this.#until('drain');
    }
  }

  /** Waits until the server has taken everything; gives the number of rows. */
  async end(): Promise<number> {
    this.#stream.end();
    await this.#until('finish');
    return this.#stream.rowCount;
  }

  /** Breaks off; the transaction can only be rolled back after that. */
  async abort(): Promise<void> {
    if (this.#stream.destroyed) return;
    const closed = this.#until('close');
    this.#stream.destroy();
    await closed.catch(() => undefined);
  }

  #until(event: 'drain' | 'finish' | 'close'): Promise<unknown> {
    return Promise.race([new Promise((resolve) => this.#stream.once(event, resolve)), this.#failed]);
  }
}
