import { PipewrightError } from '../../host/error.ts';
import type { Reject } from '../formats/csv-scanner.ts';

/** Rejected rows in the result of a load. */
const maxSample = 20;

/** Rejected rows saved in `pipewright_rejects`. */
const maxSaved = 100_000;

const maxValueInMessage = 60;

/** Counts the rejected rows of a load, keeps the first ones, and stops the load when there are too many. */
export class RejectLog {
  /** Rejected rows so far. */
  count = 0;
  readonly #maxRejectedRows: number;
  readonly #saves: boolean;
  readonly #cannotWiden: string | undefined;
  readonly #kept: Reject[] = [];
  /** Rows of the current block with the wrong number of values, until its other rejects are known. */
  #pending: Reject[] = [];

  /** @param cannotWiden why the engine cannot widen the type of a column, for the hint about an invalid value */
  constructor(
    { maxRejectedRows = 0, saveRejectedRows = false }: { maxRejectedRows?: number; saveRejectedRows?: boolean },
    cannotWiden?: string,
  ) {
    this.#maxRejectedRows = maxRejectedRows;
    this.#saves = saveRejectedRows;
    this.#cannotWiden = cannotWiden;
  }

  /** Holds a reject of the current block until `add` is called. */
  hold(reject: Reject): void {
    this.#pending.push(reject);
  }

  /**
   * Adds the other rejects of the current block, in line order with those on hold.
   * @throws PipewrightError `rejected-rows`, or `invalid-input` for an invalid value, when there are more than allowed
   */
  add(rejects: readonly Reject[]): void {
    const inOrder = [...this.#pending, ...rejects].sort((one, other) => one.line - other.line);
    this.#pending = [];
    for (const reject of inOrder) this.#add(reject);
  }

  /** The first rejected rows, for the result. */
  get sample(): Reject[] {
    return this.#kept.slice(0, maxSample);
  }

  /** The rejected rows to save in the database. */
  get saved(): readonly Reject[] {
    return this.#saves ? this.#kept : [];
  }

  #add(reject: Reject): void {
    this.count += 1;
    if (this.#kept.length < (this.#saves ? maxSaved : maxSample)) this.#kept.push(reject);
    if (this.count > this.#maxRejectedRows) throw this.#tooMany(this.#kept[0] ?? reject);
  }

  #tooMany({ line, reason, column, value }: Reject): PipewrightError {
    const maxRejectedRows = this.#maxRejectedRows;
    const widening = this.#cannotWiden === undefined ? '' : ` ${this.#cannotWiden}.`;
    const rows = maxRejectedRows === 1 ? 'row was' : 'rows were';
    const shown = value === undefined || value === null ? '' : ` (“${value.slice(0, maxValueInMessage)}”)`;
    const first = `line ${line} ${reason}${shown}.`;
    return new PipewrightError({
      code: column === undefined ? 'rejected-rows' : 'invalid-input',
      message:
        maxRejectedRows === 0
          ? `A row was rejected: ${first}`
          : `More than ${maxRejectedRows} ${rows} rejected. The first: ${first}`,
      hint:
        column === undefined
          ? 'The table was not changed. Correct the file, check Delimiter, or increase Max Rejected Rows.'
          : `The table was not changed.${widening} Correct the value, change the type of the column, or increase Max Rejected Rows.`,
    });
  }
}
