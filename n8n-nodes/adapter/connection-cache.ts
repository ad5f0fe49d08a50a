/** Milliseconds that a connection is kept in memory: reading it again for each event would halve the speed. */
const keptFor = 60_000;

/** Milliseconds between two readings that refused deliveries may cause, so that forged ones cannot force any number. */
const forcedEvery = 5_000;

interface Known {
  values: Record<string, unknown>;
  readAt: Moment;
}

/** One moment by the wall clock and by a clock that never goes back, both in milliseconds. */
interface Moment {
  wall: number;
  monotonic: number;
}

const known = new Map<string, Known>();

const present = (): Moment => ({ wall: Date.now(), monotonic: performance.now() });

/** Milliseconds since a moment by whichever clock says more: one that is set back must not keep a replaced secret in use. */
function ageOf({ wall, monotonic }: Moment, now: Moment): number {
  return now.wall < wall || now.monotonic < monotonic ? Infinity : Math.max(now.wall - wall, now.monotonic - monotonic);
}

/**
 * The values of a trigger's connection, at most a minute old.
 * @param force reads them again, for the secret may have been replaced; undefined when that was done only just before
 * @param clock default: the clocks of this machine
 */
export async function cachedConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force: true,
  clock?: () => Moment,
): Promise<Record<string, unknown> | undefined>;
export async function cachedConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force?: false,
  clock?: () => Moment,
): Promise<Record<string, unknown>>;
export async function cachedConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force = false,
  clock = present,
): Promise<Record<string, unknown> | undefined> {
  const now = clock();
  const entry = known.get(key);
  const isYoungerThan = (milliseconds: number): boolean =>
    entry !== undefined && ageOf(entry.readAt, now) < milliseconds;
  if (force && isYoungerThan(forcedEvery)) return undefined;
  if (entry && !force && isYoungerThan(keptFor)) return entry.values;
  // Noted before it is read: deliveries that come meanwhile must not cause further readings.
  if (entry) known.set(key, { ...entry, readAt: now });
  try {
    const values = await read();
    known.set(key, { values, readAt: now });
    return values;
  } catch (error) {
    // A credential that was deleted must not verify anything.
    known.delete(key);
    throw error;
  }
}

/** Forgets a connection, when its trigger is set up or removed. */
export function forgetConnection(key: string): void {
  known.delete(key);
}
