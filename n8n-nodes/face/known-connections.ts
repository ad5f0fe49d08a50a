/** Milliseconds that a connection is kept in memory: reading it anew for each event would halve the speed. */
const keptFor = 60_000;

/** Milliseconds between two readings that refused deliveries may cause, so that forged ones cannot force any number. */
const forcedEvery = 5_000;

interface Known {
  values: Record<string, unknown>;
  readAt: number;
}

const known = new Map<string, Known>();

/**
 * The values of a trigger's connection, at most a minute old.
 * @param force reads them anew, for the secret may have been replaced; undefined when that was done only just before
 */
export async function knownConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force: true,
): Promise<Record<string, unknown> | undefined>;
export async function knownConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>>;
export async function knownConnection(
  key: string,
  read: () => Promise<Record<string, unknown>>,
  force = false,
): Promise<Record<string, unknown> | undefined> {
  const now = Date.now();
  const entry = known.get(key);
  const age = entry ? now - entry.readAt : Infinity;
  if (force && age < forcedEvery) return undefined;
  if (!force && entry && age < keptFor) return entry.values;
  // Noted before it is read: deliveries that come meanwhile must not cause further readings.
  if (entry) known.set(key, { ...entry, readAt: now });
  const values = await read();
  known.set(key, { values, readAt: now });
  return values;
}

/** Forgets a connection, when its trigger is set up or removed. */
export function forgetConnection(key: string): void {
  known.delete(key);
}
