import { readStatus, type RunStatus, type StatusMap } from '../../runs/run.ts';

/** Statuses by dbt's code, with dbt's name for each. */
const codes: Record<number, { name: string; status: RunStatus }> = {
  1: { name: 'Queued', status: 'queued' },
  2: { name: 'Starting', status: 'running' },
  3: { name: 'Running', status: 'running' },
  10: { name: 'Success', status: 'succeeded' },
  20: { name: 'Error', status: 'failed' },
  30: { name: 'Cancelled', status: 'cancelled' },
};

const statusesByName: StatusMap = {
  ...Object.fromEntries(Object.values(codes).map(({ name, status }) => [name, status])),
  Errored: 'failed',
};

/** Our status for dbt's code, or for its name if there is no code, as in early notifications. */
export function statusOf(code: number | undefined, name: string | undefined): RunStatus {
  return code === undefined ? readStatus(statusesByName, name) : (codes[code]?.status ?? 'unknown');
}

/** dbt's name for a status code. */
export function statusNameOf(code: number | undefined): string {
  return code === undefined ? '' : (codes[code]?.name ?? String(code));
}

/** A text from dbt, which writes "None" for empty values. */
export function withoutNone(value: string | null | undefined): string | undefined {
  return value && value !== 'None' ? value : undefined;
}
