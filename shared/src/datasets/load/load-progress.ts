/** Progress of a load. */
export interface LoadProgress {
  rows: number;
  /** Bytes received from the source. */
  bytes: number;
  /** Elapsed time. */
  seconds: number;
}

/** Formats progress for a log: `120000 rows, 32.1 MB, 40.5 MB/s`. */
export function describeProgress({ rows, bytes, seconds }: LoadProgress): string {
  const megabytes = bytes / 1_000_000;
  return `${rows} rows, ${megabytes.toFixed(1)} MB, ${(megabytes / Math.max(seconds, 0.001)).toFixed(1)} MB/s`;
}
