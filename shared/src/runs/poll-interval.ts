/** Where a worker may be held for long, patience is cheaper than calls; within Zapier's seconds it is the other way round. */
const least = { patient: 5_000, brief: 1_000 } as const;

/** The longest sleep in milliseconds: no end is noticed later than this. */
const most = { patient: 300_000, brief: 4_000 } as const;

/** By this part of its age a run may have ended before it is noticed, while nothing is known of its length. */
const growth = 0.2;

/** How near the usual end of its kind a run is looked at more often, as parts of that length. */
const near = { from: 0.9, until: 1.1, growth: 0.05 };

/** What decides how long to sleep. */
export interface Age {
  /** Milliseconds since the wait began. */
  age: number;
  /** How long runs like this one take, in milliseconds, where that is known. */
  usual?: number | undefined;
}

/**
 * Milliseconds until the next look at a run. Pauses grow with its age, for the end of a long run is worth fewer calls; where
 * the usual length is known, the looks are saved for its neighbourhood, so that an end that comes as usual is noticed within
 * 5 % of the length. A little chance keeps many waiters from coming together.
 * @param random from 0 up to 1
 */
export function pauseFor({ age, usual }: Age, random: number, pace: keyof typeof least): number {
  const chance = 0.95 + 0.1 * random;
  const isNear = usual !== undefined && age >= usual * near.from && age <= usual * near.until;
  const grown = Math.min(most[pace], Math.max(least[pace], age * (isNear ? near.growth : growth))) * chance;
  const untilNear = usual === undefined ? 0 : usual * near.from - age;
  return untilNear > 0 ? Math.min(grown, Math.max(least[pace], untilNear)) : grown;
}

/** The length that half of some runs stay below, in milliseconds; undefined without any. */
export function usualLength(runs: readonly { status: string; durationSeconds?: number }[]): number | undefined {
  const lengths = runs.flatMap(({ status, durationSeconds }) =>
    status === 'succeeded' && durationSeconds ? [durationSeconds * 1000] : [],
  );
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
}
