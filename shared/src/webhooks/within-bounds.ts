const deepest = 64;
const most = 20_000;

/**
 * Whether a parsed body is as a notification may be: nested 64 deep at most, with 20,000 values at most. What is deeper
 * would exhaust the stack of whatever walks through it later.
 */
export function withinBounds(body: unknown): boolean {
  let level: unknown[] = [body];
  let seen = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    seen += level.length;
    if (depth > deepest || seen > most) return false;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  return true;
}
