import type { LoadMode } from './load-mode.ts';

/**
 * Status of a load: its rows are visible; it failed and changed nothing; or it is about to be published, where an engine
 * cannot write the record and the rows in one transaction.
 */
export type LoadStatus = 'done' | 'failed' | 'publishing';

/** A load as recorded in the table `pipewright_loads`, next to the table it was loaded into. */
export interface LoadRecord {
  loadId: string;
  table: string;
  mode: LoadMode;
  status: LoadStatus;
  rows: number;
  rejected: number;
  bytes: number;
  seconds: number;
  /** Where the dataset came from. */
  source: string;
  /** ID of the event that triggered the load; empty if unknown. */
  sourceEventId: string;
  /** SHA-256 of the bytes as received, in hex; empty for a failed load. */
  checksum: string;
  /** Start of the load, ISO 8601. */
  loadedAt: string;
}
