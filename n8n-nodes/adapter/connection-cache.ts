/** How long a connection is cached. Reading it for every event would halve the throughput. */
const maxAgeMs = 60_000;

/** Shortest time between two forced reads, so that forged deliveries cannot trigger many. */
const forcedIntervalMs = 5_000;

interface Entry {
  values: Record<string, unknown>;
  readAt: Timestamp;
}

/** The same time on the wall clock and on a monotonic clock, in milliseconds. */
interface Timestamp {
  wall: number;
  monotonic: number;
}

const entries = new Map<string, Entry>();

const currentTime = (): Timestamp => ({ wall: Date.now(), monotonic: performance.now() });

/** Milliseconds since a timestamp, by the clock that shows more: setting the clock back must not keep a replaced secret in use. */
function ageOf({ wall, monotonic }: Timestamp, now: Timestamp): number {
  return now.wall < wall || now.monotonic < monotonic ? Infinity : Math.max(now.wall - wall, now.monotonic - monotonic);
}

/**
 * The values of a trigger's connection, at most a minute old.
 * @param force whether to read them again because the secret may have been replaced; returns undefined if they were just read
 * @param clock default: the clocks of this machine
 */
export async function cachedConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force: true,
  clock?: () => Timestamp,
): Promise<Record<string, unknown> | undefined>;
export async function cachedConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force?: false,
  clock?: () => Timestamp,
): Promise<Record<string, unknown>>;
export async function cachedConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force = false,
  clock = currentTime,
): Promise<Record<string, unknown> | undefined> {
  const now = clock();
  const entry = entries.get(key);
  const isYoungerThan = (milliseconds: number): boolean =>
    entry !== undefined && ageOf(entry.readAt, now) < milliseconds;
  if (force && isYoungerThan(forcedIntervalMs)) return undefined;
  if (entry && !force && isYoungerThan(maxAgeMs)) return entry.values;
  // Set before the read, so that concurrent deliveries do not cause more reads.
  if (entry) entries.set(key, { ...entry, readAt: now });
  try {
    const values = await read();
    entries.set(key, { values, readAt: now });
    return values;
  } catch (error) {
    // A deleted credential must not verify anything.
    entries.delete(key);
    throw error;
  }
}

/** Removes a connection from the cache when its trigger is set up or removed. */
export function forgetConnection(key: string): void {
  entries.delete(key);
}
