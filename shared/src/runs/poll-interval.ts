/** Shortest and longest interval between polls, in milliseconds. */
export interface PollLimits {
  minMs: number;
  maxMs: number;
}

/** Without a platform time limit, few requests matter more than a fast result; within Zapier's 25 seconds, the opposite applies. */
export const pollLimits = {
  unlimited: { minMs: 5_000, maxMs: 300_000 },
  limited: { minMs: 1_000, maxMs: 4_000 },
} satisfies Record<string, PollLimits>;

/** The interval as a fraction of the run's age. */
const growth = 0.2;

/** Around the median duration, runs are polled more often; `from` and `until` are fractions of the median. */
const nearMedian = { from: 0.9, until: 1.1, growth: 0.05 };

/** The inputs for the next interval. */
export interface PollState {
  /** Milliseconds since the wait began. */
  ageMs: number;
  /** Median duration of recent runs, if known. */
  medianMs?: number | undefined;
  /** From 0 up to 1; adds jitter so that parallel waits do not poll in step. */
  random: number;
  limits: PollLimits;
}

/**
 * Milliseconds until the next poll. The interval grows with the age of the run. If the median duration of recent runs is
 * known, polls concentrate around it, so that the end of a typical run is detected within 5% of its duration.
 */
export function pollDelayMs({ ageMs, medianMs, random, limits: { minMs, maxMs } }: PollState): number {
  const jitter = 0.95 + 0.1 * random;
  const isNear = medianMs !== undefined && ageMs >= medianMs * nearMedian.from && ageMs <= medianMs * nearMedian.until;
  const interval = Math.min(maxMs, Math.max(minMs, ageMs * (isNear ? nearMedian.growth : growth))) * jitter;
  const untilNear = medianMs === undefined ? 0 : medianMs * nearMedian.from - ageMs;
  return untilNear > 0 ? Math.min(interval, Math.max(minMs, untilNear)) : interval;
}

/** The median duration of the runs that succeeded, in milliseconds; undefined if there are none. */
export function medianDurationMs(runs: readonly { status: string; durationSeconds?: number }[]): number | undefined {
  const durations = runs.flatMap(({ status, durationSeconds }) =>
    status === 'succeeded' && durationSeconds ? [durationSeconds * 1000] : [],
  );
  return durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)];
}
