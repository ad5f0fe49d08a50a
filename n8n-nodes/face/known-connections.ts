/** Milliseconds that a connection is kept in memory: reading it again for each event would halve the speed. */
const keptFor = 60_000;

/** Milliseconds between two readings that refused deliveries may cause, so that forged ones cannot force any number. */
const forcedEvery = 5_000;

interface Known {
  values: Record<string, unknown>;
  readAt: number;
}

const known = new Map<string, Known>();

/** Milliseconds that never go back: a wall clock that is set back would keep a secret that was replaced in use. */
const monotonic = (): number => performance.now();

/**
 * The values of a trigger's connection, at most a minute old.
 * @param force reads them again, for the secret may have been replaced; undefined when that was done only just before
 * @param clock milliseconds of a clock that never goes back; default: since the process started
 */
export async function knownConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force: true,
  clock?: () => number,
): Promise<Record<string, unknown> | undefined>;
export async function knownConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force?: false,
  clock?: () => number,
): Promise<Record<string, unknown>>;
export async function knownConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force = false,
  clock = monotonic,
): Promise<Record<string, unknown> | undefined> {
  const now = clock();
  const entry = known.get(key);
  const age = entry ? now - entry.readAt : Infinity;
  const isYoungerThan = (milliseconds: number): boolean => age >= 0 && age < milliseconds;
  if (force && isYoungerThan(forcedEvery)) return undefined;
  if (!force && entry && isYoungerThan(keptFor)) return entry.values;
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
