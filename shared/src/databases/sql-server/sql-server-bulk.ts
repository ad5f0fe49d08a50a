import { TYPES, type BulkLoad } from 'tedious';
import { PipewrightError } from '../../host/error.ts';
import { explainSqlServer } from './sql-server-error.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/** The values of a row, in the order of the columns. */
export type TextRow = (string | null)[];

/** A text column. */
export interface TextColumn {
  /** Letters and digits only, because the driver does not quote it. */
  name: string;
  /** Length in units of UTF-16; infinite for `nvarchar(max)`. */
  length: number;
}

interface Batch {
  rows: Iterable<TextRow>;
  sent(): void;
}

/** Sends rows with `INSERT BULK`, with the backpressure of the server. */
export class SqlServerBulk {
  readonly #bulk: BulkLoad;
  readonly #finished: Promise<number>;
  /** The next rows for the driver; undefined at the end. */
  #batch = Promise.withResolvers<Batch | undefined>();
  #isOver = false;

  /** @param table a temporary table of the session with these columns */
  constructor({ connection }: SqlServerSession, table: string, columns: readonly TextColumn[]) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#finished = promise.finally(() => {
      this.#isOver = true;
    });
    this.#finished.catch(() => undefined);
    this.#bulk = connection.newBulkLoad(table, { keepNulls: true, lockTable: true }, (error, rows = 0) =>
      error ? reject(explainSqlServer(error)) : resolve(rows),
    );
    for (const { name, length } of columns) this.#bulk.addColumn(name, TYPES.NVarChar, { length, nullable: true });
    connection.execBulkLoad(this.#bulk, this.#rows());
  }

  /** Sends rows, and waits until the driver has read all of them. */
  async write(rows: Iterable<TextRow>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#batch.resolve({ rows, sent: () => resolve(undefined) });
    const ended = await Promise.race([promise, this.#finished]);
    if (ended === undefined) return;
    throw new PipewrightError({
      code: 'unexpected-response',
      service: 'SQL Server',
      message: 'SQL Server stopped accepting rows.',
      hint: 'The table was not changed. Run the step again.',
      retryable: true,
    });
  }

  /** Ends the bulk load and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    this.#batch.resolve(undefined);
    return this.#finished;
  }

  /** Aborts the bulk load; the server discards its rows. */
  async abort(): Promise<void> {
    if (!this.#isOver) this.#bulk.cancel();
    this.#batch.resolve(undefined);
    await this.#finished.catch(() => undefined);
  }

  async *#rows(): AsyncGenerator<TextRow> {
    for (;;) {
      const batch = await this.#batch.promise;
      if (!batch) return;
      yield* batch.rows;
      this.#batch = Promise.withResolvers();
      batch.sent();
    }
  }
}
