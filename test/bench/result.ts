/** One line of the table: what was measured against what, and where it stands. */
export interface BenchResult {
  name: string;
  /** What it is compared with. */
  against: string;
  /** Median of the ratios of paired rounds; the unit says which way is better. */
  ratio: number;
  /** `at most` or `at least`, with the target. */
  target: { kind: 'at most' | 'at least'; value: number };
  /** Figures beside the ratio, for the reader. */
  notes?: string;
}

/** Whether a result reaches its target. */
export function reaches(result: BenchResult): boolean {
  return result.target.kind === 'at most' ? result.ratio <= result.target.value : result.ratio >= result.target.value;
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Runs two things in turn and gives the median of the ratios of their times, first to second, with the medians themselves. */
export async function compare(
  rounds: number,
  first: () => unknown,
  second: () => unknown,
): Promise<{ ratio: number; first: number; second: number }> {
  const times: [number, number][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair: [number, number] = [await time(first), await time(second)];
    if (round > 0) times.push(pair);
  }
  return {
    ratio: median(times.map(([a, b]) => a / b)),
    first: median(times.map(([a]) => a)),
    second: median(times.map(([, b]) => b)),
  };
}

/** Milliseconds that something takes. */
export async function time(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
