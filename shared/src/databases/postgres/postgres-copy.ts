import type { Writable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { explainPostgres } from './postgres-error.ts';

/** Rows on their way into a table by `COPY … FROM STDIN`, as fast as the server takes them. */
export class PostgresCopy {
  readonly #stream: Writable & { rowCount: number };
  /** Why the copy ended too soon, once it has: the stream must not be written to any more then. */
  #failure: unknown;
  /** Tells who waits for the stream that the copy has ended too soon. */
  #fail: (reason: unknown) => void = () => undefined;

  /**
   * @param into table and columns, quoted
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

  /** Sends pieces of CSV; waits while the server has enough to do. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (this.#failure) throw this.#failure;
      if (!this.#stream.write(piece)) await this.#until('drain');
    }
  }

  /** Waits until the server has taken everything; gives the number of rows. */
  async end(): Promise<number> {
    if (this.#failure) throw this.#failure;
    this.#stream.end();
    await this.#until('finish');
    return this.#stream.rowCount;
  }

  /** Breaks off; the transaction can only be rolled back after that. */
  async abort(): Promise<void> {
    if (this.#stream.destroyed || this.#failure) return;
    const closed = this.#until('close');
    this.#stream.destroy();
    await closed.catch(() => undefined);
  }

  #until(event: 'drain' | 'finish' | 'close'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#failure) reject(this.#failure);
      else this.#stream.once(event, resolve);
    });
  }
}

/** Several copies into one table, over a connection each; a block of rows goes to the first that is free. */
export class PostgresCopies {
  readonly #copies: readonly PostgresCopy[];
  /** What each copy is sending; undefined for one that is free. */
  readonly #sending: (Promise<void> | undefined)[];

  constructor(clients: readonly pg.Client[], into: string, delimiter: string) {
    this.#copies = clients.map((client) => new PostgresCopy(client, into, delimiter));
    this.#sending = clients.map(() => undefined);
  }

  /** Sends pieces of CSV; waits until a copy is free to do so. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#copies.length === 1) return this.#copies[0]?.write(pieces);
    while (!this.#sending.includes(undefined)) await Promise.race(this.#sending);
    const free = this.#sending.indexOf(undefined);
    const sending = (this.#copies[free] as PostgresCopy).write(pieces).then(() => {
      this.#sending[free] = undefined;
    });
    // Whoever waits for it next is told when it failed.
    sending.catch(() => undefined);
    this.#sending[free] = sending;
  }

  /** Waits until the server has taken everything; gives the number of rows. */
  async end(): Promise<number> {
    await Promise.all(this.#sending);
    const rows = await Promise.all(this.#copies.map((copy) => copy.end()));
    return rows.reduce((sum, count) => sum + count, 0);
  }

  /** Breaks all of them off. */
  async abort(): Promise<void> {
    await Promise.all(this.#copies.map((copy) => copy.abort()));
  }
}
