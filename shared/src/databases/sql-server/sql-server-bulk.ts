import { TYPES, type BulkLoad } from 'tedious';
import { PipewrightError } from '../../host/error.ts';
import { explainSqlServer } from './sql-server-error.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/** A row on its way, in the order of the columns. */
export type TextRow = (string | null)[];

/** A column that takes text. */
export interface TextColumn {
  /** Letters and digits only, for the driver does not quote it. */
  name: string;
  /** Units of UTF-16; infinite for `nvarchar(max)`. */
  length: number;
}

interface Delivery {
  rows: Iterable<TextRow>;
  taken(): void;
}

/** Rows on their way into a table by `INSERT BULK`, as fast as the server takes them. */
export class SqlServerBulk {
  readonly #bulk: BulkLoad;
  readonly #finished: Promise<number>;
  /** Rows that wait for the driver, or the driver that waits for rows; undefined once no more come. */
  #delivery = Promise.withResolvers<Delivery | undefined>();
  #isOver = false;

  /** @param table of this session, made of these columns */
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

  /** Sends rows; waits until all of them are on their way. */
  async write(rows: Iterable<TextRow>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#delivery.resolve({ rows, taken: () => resolve(undefined) });
    const ended = await Promise.race([promise, this.#finished]);
    if (ended === undefined) return;
    throw new PipewrightError({
      code: 'unexpected-answer',
      service: 'SQL Server',
      message: 'SQL Server took no more rows.',
      hint: 'The table was not changed. Run the step again.',
      retryable: true,
    });
  }

  /** Waits until the server has taken everything; gives the number of rows. */
  async end(): Promise<number> {
    this.#delivery.resolve(undefined);
    return this.#finished;
  }

  /** Breaks off; the server forgets the rows. */
  async abort(): Promise<void> {
    if (!this.#isOver) this.#bulk.cancel();
    this.#delivery.resolve(undefined);
    await this.#finished.catch(() => undefined);
  }

  async *#rows(): AsyncGenerator<TextRow> {
    for (;;) {
      const delivery = await this.#delivery.promise;
      if (!delivery) return;
      yield* delivery.rows;
      this.#delivery = Promise.withResolvers();
      delivery.taken();
    }
  }
}
