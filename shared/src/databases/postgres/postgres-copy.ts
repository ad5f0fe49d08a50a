import type { Writable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { explainPostgres } from './postgres-error.ts';

/** Copies rows into a table with `COPY … FROM STDIN`, with the backpressure of the server. */
class PostgresCopy {
  readonly #stream: Writable & { rowCount: number };
  /** Why the copy failed; the stream must not be written to after that. */
  #failure: unknown;
  /** Rejects the promise that is waiting for the stream. */
  #fail: (reason: unknown) => void = () => undefined;

  /**
   * @param into the table and its columns, quoted
   * @param delimiter one character
   */
  constructor(client: pg.Client, into: string, delimiter: string) {
    const stream = client.query(
      copyFrom(`COPY ${into} FROM STDIN (FORMAT csv, DELIMITER E'${delimiter === '\t' ? '\\t' : delimiter}')`),
    );
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= explainPostgres(error);
      this.#fail(this.#failure);
    });
  }

  /** Sends chunks of CSV. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (this.#failure) throw this.#failure;
      if (!this.#stream.write(piece)) await this.#waitFor('drain');
    }
  }

  /** Ends the copy and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    if (this.#failure) throw this.#failure;
    this.#stream.end();
    await this.#waitFor('finish');
    return this.#stream.rowCount;
  }

  /** Aborts the copy, after which the transaction can only be rolled back. */
  async abort(): Promise<void> {
    if (this.#stream.destroyed || this.#failure) return;
    const closed = this.#waitFor('close');
    this.#stream.destroy();
    await closed.catch(() => undefined);
  }

  #waitFor(event: 'drain' | 'finish' | 'close'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#failure) reject(this.#failure);
      else this.#stream.once(event, resolve);
    });
  }
}

/** Parallel copies into one table, one per connection; the first idle one takes the next block of rows. */
export class PostgresCopies {
  readonly #copies: readonly PostgresCopy[];
  /** What each copy is sending; undefined for an idle one. */
  readonly #sending: (Promise<void> | undefined)[];

  constructor(clients: readonly pg.Client[], into: string, delimiter: string) {
    this.#copies = clients.map((client) => new PostgresCopy(client, into, delimiter));
    this.#sending = clients.map(() => undefined);
  }

  /** Sends chunks of CSV through the first idle copy. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#copies.length === 1) return this.#copies[0]?.write(pieces);
    while (!this.#sending.includes(undefined)) await Promise.race(this.#sending);
    const idle = this.#sending.indexOf(undefined);
    const sending = (this.#copies[idle] as PostgresCopy).write(pieces).then(() => {
      this.#sending[idle] = undefined;
    });
    // The next caller that awaits it gets the failure.
    sending.catch(() => undefined);
    this.#sending[idle] = sending;
  }

  /** Ends the copy and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    await Promise.all(this.#sending);
    const rows = await Promise.all(this.#copies.map((copy) => copy.end()));
    return rows.reduce((sum, count) => sum + count, 0);
  }

  /** Aborts all copies. */
  async abort(): Promise<void> {
    await Promise.all(this.#copies.map((copy) => copy.abort()));
  }
}
