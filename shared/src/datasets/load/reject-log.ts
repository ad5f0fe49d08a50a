import { PipewrightError } from '../../host/error.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import type { RowSource } from '../formats/row-source.ts';
import type { LoadOptions } from './load-options.ts';

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
  readonly #source: Pick<RowSource, 'quotedIsText' | 'unit'>;
  readonly #kept: Reject[] = [];
  /** Rows of the current block with the wrong number of values, until its other rejects are known. */
  #pending: Reject[] = [];

  /**
   * @param source where the rows come from; if its values have types, no setting of CSV can be the cause of a reject
   * @param cannotWiden why the engine cannot widen the type of a column, for the hint about an invalid value
   */
  constructor(
    { maxRejectedRows = 0, saveRejectedRows = false }: Pick<LoadOptions, 'maxRejectedRows' | 'saveRejectedRows'>,
    source: Pick<RowSource, 'quotedIsText' | 'unit'>,
    cannotWiden?: string,
  ) {
    this.#maxRejectedRows = maxRejectedRows;
    this.#saves = saveRejectedRows;
    this.#cannotWiden = cannotWiden;
    this.#source = source;
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

  /** The error of a dataset without a single valid row. */
  allRejected(): PipewrightError {
    const [first] = this.#kept;
    if (!first) throw new TypeError('No row was rejected.');
    return new PipewrightError({
      code: 'rejected-rows',
      message:
        this.count === 1
          ? `The only row was rejected: ${describeReject(first, this.#source.unit)}`
          : `All ${this.count} rows were rejected. The first: ${describeReject(first, this.#source.unit)}`,
      hint: `The table was not changed.${this.#widening} ${this.#remedies(first).join(', or ')}.`,
    });
  }

  #add(reject: Reject): void {
    this.count += 1;
    if (this.#kept.length < (this.#saves ? maxSaved : maxSample)) this.#kept.push(reject);
    if (this.count > this.#maxRejectedRows) throw this.#tooMany(this.#kept[0] ?? reject);
  }

  #tooMany(first: Reject): PipewrightError {
    const maxRejectedRows = this.#maxRejectedRows;
    const rows = maxRejectedRows === 1 ? 'row was' : 'rows were';
    return new PipewrightError({
      code: first.column === undefined ? 'rejected-rows' : 'invalid-input',
      message:
        maxRejectedRows === 0
          ? `A row was rejected: ${describeReject(first, this.#source.unit)}`
          : `More than ${maxRejectedRows} ${rows} rejected. The first: ${describeReject(first, this.#source.unit)}`,
      hint: `The table was not changed.${this.#widening} ${[...this.#remedies(first), ''].join(', ')}or increase Max Rejected Rows.`,
    });
  }

  get #widening(): string {
    return this.#cannotWiden === undefined ? '' : ` ${this.#cannotWiden}.`;
  }

  /** What the user can do about a rejected row. */
  #remedies({ column }: Reject): string[] {
    if (column !== undefined) return ['Correct the value', 'change the type of the column'];
    if (this.#source.unit === 'row') return ['Correct the file', 'change Invalid Cells'];
    return this.#source.quotedIsText ? ['Correct the file'] : ['Correct the file', 'check Delimiter'];
  }
}

/** Line or row, reason and value of a rejected row, as the end of a sentence. */
function describeReject({ line, reason, value }: Reject, unit: RowSource['unit']): string {
  const shown = value === undefined || value === null ? '' : ` (“${value.slice(0, maxValueInMessage)}”)`;
  return `${unit} ${line} ${reason}${shown}.`;
}
