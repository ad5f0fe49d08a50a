/** How far a load has come. */
export interface LoadProgress {
  rows: number;
  /** As they came from the source. */
  bytes: number;
  /** Since it began. */
  seconds: number;
}

/** How far a load has come, for people: `120000 rows, 32.1 MB, 40.5 MB/s`. */
export function describeProgress({ rows, bytes, seconds }: LoadProgress): string {
  const megabytes = bytes / 1_000_000;
  return `${rows} rows, ${megabytes.toFixed(1)} MB, ${(megabytes / Math.max(seconds, 0.001)).toFixed(1)} MB/s`;
}
