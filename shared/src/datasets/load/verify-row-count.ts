import { PipewrightError } from '../../host/error.ts';

/** What the server counts in a table before a load is published. */
export interface RowCounts {
  /** The database's name for people: `PostgreSQL`. */
  service: string;
  table: string;
  /** Rows of this load that the table holds. */
  actual: number;
  /** Rows of this load that the result will report. */
  expected: number;
  /** What of the table can explain a difference: `trigger “audit”`. Default: none is known. */
  causes?: readonly string[];
}

/**
 * Refuses a load whose rows are not all in its table: a trigger or a rule may drop, move or add rows without an error.
 * Every engine calls it within the transaction that publishes the rows.
 * @throws PipewrightError `rows-changed`
 */
export function verifyRowCount({ service, table, actual: held, expected: loaded, causes = [] }: RowCounts): void {
  if (held === loaded) return;
  throw new PipewrightError({
    code: 'rows-changed',
    service,
    message: `The table “${table}” would hold ${held} ${held === 1 ? 'row' : 'rows'} of this load instead of ${loaded}.`,
    hint: `The table was not changed. ${blame(causes, 'drop, move or add rows')}`,
  });
}

/**
 * The error of a value that the table holds in another way than the dataset has it.
 * @param causes what of the table can explain it
 */
export function valuesChangedError(service: string, table: string, causes: readonly string[] = []): PipewrightError {
  return new PipewrightError({
    code: 'rows-changed',
    service,
    message: `The table “${table}” would hold other values than the dataset.`,
    hint: `The table was not changed. ${blame(causes, 'change values of the dataset')}`,
  });
}

function blame(causes: readonly string[], deed: string): string {
  const who =
    causes.length > 0
      ? `The ${causes.slice(0, 5).join(', the ')} may ${deed}`
      : `A trigger or a rule of the table may ${deed}`;
  return `${who}: turn it off for the load, or load into another table.`;
}
