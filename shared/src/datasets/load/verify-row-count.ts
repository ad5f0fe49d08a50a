import { PipewrightError } from '../../host/error.ts';

/** The row counts of a load that is about to be published. */
export interface RowCounts {
  /** Display name of the database: `PostgreSQL`. */
  service: string;
  table: string;
  /** Rows of this load in the table, as counted by the server. */
  actual: number;
  /** Rows of this load that the result will report. */
  expected: number;
  /** Objects of the table that can explain a difference: `trigger “audit”`. Default: none are known. */
  causes?: readonly string[];
}

/**
 * Refuses a load whose rows are not all in its table: a trigger or a rule may drop, move or add rows without an error.
 * Every engine calls it in the transaction that publishes the rows.
 * @throws PipewrightError `rows-changed`
 */
export function verifyRowCount({ service, table, actual, expected, causes = [] }: RowCounts): void {
  if (actual === expected) return;
  throw new PipewrightError({
    code: 'rows-changed',
    service,
    message: `The table “${table}” would contain ${actual} instead of ${expected} ${expected === 1 ? 'row' : 'rows'} of this load.`,
    hint: `The table was not changed. ${blame(causes, 'drop, move or add rows')}`,
  });
}

/**
 * The error of values that differ between the table and the dataset.
 * @param causes objects of the table that can explain the difference
 */
export function valuesChangedError(service: string, table: string, causes: readonly string[] = []): PipewrightError {
  return new PipewrightError({
    code: 'rows-changed',
    service,
    message: `The table “${table}” would contain other values than the dataset.`,
    hint: `The table was not changed. ${blame(causes, 'change values of the dataset')}`,
  });
}

function blame(causes: readonly string[], effect: string): string {
  const subject =
    causes.length > 0
      ? `The ${causes.slice(0, 5).join(', the ')} may ${effect}`
      : `A trigger or rule of the table may ${effect}`;
  return `${subject}: disable it for the load, or load into another table.`;
}
