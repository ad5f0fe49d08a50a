const deepest = 64;
const most = 20_000;

/**
 * Whether a parsed body is as a notification may be: nested 64 deep at most, with 20,000 values at most. What is deeper
 * would exhaust the stack of whatever walks through it later.
 */
export function withinBounds(body: unknown): boolean {
  return valuesWithin(body, 0) <= most;
}

/** How many values are in a value, itself included; infinitely many when one is nested too deep. */
function valuesWithin(value: unknown, depth: number): number {
  if (depth > deepest) return Infinity;
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const key in value) {
    count += valuesWithin((value as Record<string, unknown>)[key], depth + 1);
    if (count > most) return count;
  }
  return count;
}
