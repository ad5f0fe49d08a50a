/** One row of the table. */
export interface BenchResult {
  name: string;
  /** The limit or peer of the comparison. */
  against: string;
  /** Median of the ratios of paired rounds. */
  ratio: number;
  /** The target, as an upper or a lower bound of the ratio. */
  target: { kind: 'at most' | 'at least'; value: number };
  /** Absolute figures. */
  notes?: string;
}

/** Whether a result meets its target. */
export function reaches(result: BenchResult): boolean {
  return result.target.kind === 'at most' ? result.ratio <= result.target.value : result.ratio >= result.target.value;
}

/** The median. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Runs two functions in turn and returns the median of the ratios of their times (first / second) and both medians in milliseconds. */
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

/** Duration of `work` in milliseconds. */
export async function time(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
