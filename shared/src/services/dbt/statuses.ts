import { readStatus, type RunStatus, type StatusWords } from '../../runs/run.ts';

const codes: Record<number, RunStatus> = {
  1: 'queued',
  2: 'running',
  3: 'running',
  10: 'succeeded',
  20: 'failed',
  30: 'cancelled',
};

const words: StatusWords = {
  Queued: 'queued',
  Starting: 'running',
  Running: 'running',
  Success: 'succeeded',
  Error: 'failed',
  Errored: 'failed',
};

/** Our status for dbt's number, or for its word where there is no number, as in early notifications. */
export function statusOf(code: number | undefined, word: string | undefined): RunStatus {
  return code === undefined ? readStatus(words, word) : (codes[code] ?? 'unknown');
}

const names: Record<number, string> = {
  1: 'Queued',
  2: 'Starting',
  3: 'Running',
  10: 'Success',
  20: 'Error',
  30: 'Cancelled',
};

/** dbt's word for its number. */
export function wordOf(code: number | undefined): string {
  return code === undefined ? '' : (names[code] ?? String(code));
}

/** A text of dbt, which writes "None" where there is nothing to say. */
export function said(value: string | null | undefined): string | undefined {
  return value && value !== 'None' ? value : undefined;
}
