import { lineOf, readRow, type CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { applyNullValues } from '../formats/null-values.ts';
import { everyColumn, rewriteBlock, withValues } from '../formats/rewrite-block.ts';
import type { InferredColumn } from '../types/column.ts';
import type { ColumnFormats } from '../types/column-formats.ts';
import type { CheckedValues, Misfit } from '../types/value-checker.ts';
import type { LoadOptions } from './load-options.ts';
import { planColumns, type ColumnPlan, type PlanRequest } from './plan-columns.ts';

/** Characters of a rejected row that are kept. */
const maxRejectText = 1_000;

const nothingFound: CheckedValues = { misfits: [], rewritings: [] };

/** The misfits of two checks in row order: the first one of each row. */
function mergeMisfits(first: readonly Misfit[], second: readonly Misfit[]): readonly Misfit[] {
  if (first.length === 0) return second;
  const rows = new Set(first.map(({ row }) => row));
  return [...first, ...second.filter(({ row }) => !rows.has(row))].sort((one, other) => one.row - other.row);
}

/**
 * Turns the rows of a dataset into the rows of a table: selects columns, applies NULL values, converts and checks values,
 * and infers types.
 */
export class BlockMapper {
  /** The columns with the types of all rows so far; empty before the header is known. */
  columns: InferredColumn[] = [];
  readonly #options: LoadOptions;
  #plan: ColumnPlan | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /**
   * Plans the columns once the header is known.
   * @returns the key, with its names spelled like the columns
   * @throws see `planColumns`
   */
  begin(request: Omit<PlanRequest, 'options'>): string[] {
    this.#plan = planColumns({ ...request, options: this.#options });
    this.columns = this.#plan.columns;
    return this.#plan.key;
  }

  /** How values in local formats are converted, once the columns are planned. */
  get formats(): ColumnFormats | undefined {
    return this.#plan?.formats;
  }

  /** Maps the rows of a block and separates those with a value that does not fit its column. */
  map(scanned: CsvBlock): { block: CsvBlock; rejects: Reject[] } {
    const { check, rewritten, formats } = this.#plan ?? {};
    const { nullValues = [] } = this.#options;
    const withNulls = nullValues.length > 0 ? applyNullValues(scanned, nullValues) : scanned;
    const mapped = rewritten ? rewriteBlock(withNulls, rewritten) : withNulls;
    const unread = formats?.convert(mapped) ?? nothingFound;
    const converted = withValues(mapped, unread.rewritings);
    const checked = check?.check(converted) ?? nothingFound;
    const rewritings = [...unread.rewritings, ...checked.rewritings];
    const misfits = mergeMisfits(unread.misfits, checked.misfits);
    if (misfits.length === 0 && rewritings.length === 0) return { block: mapped, rejects: [] };
    const rejects = misfits.map(({ row, column, value, reason }) => ({
      line: lineOf(scanned, row),
      reason,
      text: readRow(scanned, row).slice(0, maxRejectText),
      column,
      value,
    }));
    const block = rewriteBlock(
      withValues(converted, checked.rewritings),
      everyColumn(mapped.width),
      new Set(misfits.map(({ row }) => row)),
    );
    return { block, rejects };
  }

  /** Updates the types of the columns with the rows of a mapped block. */
  infer(block: CsvBlock): void {
    const { inference, check } = this.#plan ?? {};
    if (!inference) return;
    inference.add(block);
    this.columns = inference
      .columns()
      .map((column, place) => ({ ...column, keepsType: check?.keepsType(place) ?? false }));
  }
}
