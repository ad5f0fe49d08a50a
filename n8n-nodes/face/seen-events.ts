/** Most events that are remembered in this process, for all triggers together. */
const most = 20_000;

const seen = new Set<string>();

/**
 * True the first time a key is seen in this process. Nothing is awaited between looking and noting, so that of many
 * deliveries at once only one is the first.
 */
export function seenFirst(key: string): boolean {
  if (seen.has(key)) return false;
  if (seen.size >= most) seen.delete(seen.values().next().value as string);
  seen.add(key);
  return true;
}

/** Forgets an event whose workflow could not be started, so that its repetition is taken. */
export function forgetSeen(key: string): void {
  seen.delete(key);
}
