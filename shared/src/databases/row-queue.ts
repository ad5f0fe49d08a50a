import type { ExportRow } from '../datasets/export/row-source.ts';
import { batchSize } from './read-query.ts';

/** What a driver offers to hold back rows. */
interface Flow {
  pause(): void;
  resume(): void;
}

/**
 * Rows on their way from a driver that sends them as events to a reader that asks for them: holds about one batch, and
 * pauses the driver meanwhile.
 */
export class RowQueue {
  readonly #flow: Flow;
  #rows: ExportRow[] = [];
  #characters = 0;
  #ended = false;
  #closed = false;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Whether the driver sends nothing more. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** Whether the reader wants nothing more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Adds a row, and pauses the driver if it completes a batch. */
  add(row: ExportRow): void {
    if (this.#closed) return;
    for (const value of row) this.#characters += typeof value === 'string' ? value.length : 1;
    this.#rows.push(row);
    if (this.#rows.length >= batchSize.rows || this.#characters >= batchSize.characters) this.#flow.pause();
    this.#wake();
  }

  /** Lets whoever waits look again at what it waits for. */
  notify(): void {
    this.#wake();
  }

  /** Reports an error to the reader, unless an earlier one was reported. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** Notes that the driver sends nothing more. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Drops the rows; the reader then gets none. */
  close(): void {
    this.#closed = true;
    this.#rows = [];
    this.#wake();
  }

  /** Waits until something is reached, or nothing more comes. @throws the reported error */
  async until(isReached: () => boolean): Promise<void> {
    while (!isReached() && !this.#ended && !this.#closed && this.#failure === undefined) await this.#wait();
    if (this.#failure !== undefined && !this.#closed) throw this.#failure;
  }

  /** The next rows; undefined after the last row, and once the queue is closed. @throws the reported error */
  async next(): Promise<readonly ExportRow[] | undefined> {
    while (this.#rows.length === 0 && !this.#ended && !this.#closed && this.#failure === undefined) {
      this.#flow.resume();
      await this.#wait();
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#rows.length === 0) return undefined;
    const rows = this.#rows;
    this.#rows = [];
    this.#characters = 0;
    this.#flow.resume();
    return rows;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
