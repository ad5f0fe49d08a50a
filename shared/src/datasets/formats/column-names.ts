/**
 * Column names from a header: trimmed, with numbers for empty and repeated names. Names that differ only in case stay
 * unchanged.
 */
export function nameColumns(header: readonly string[]): string[] {
  const trimmed = header.map((name) => name.trim());
  const taken = new Set(trimmed.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  /** The next number to try for a name: a wide sheet can repeat one thousands of times. */
  const next = new Map<string, number>();
  return trimmed.map((name, index) => {
    const base = name || `column_${index + 1}`;
    let free = base;
    let number = next.get(base) ?? 2;
    for (; used.has(free) || (free !== name && taken.has(free.toLowerCase())); number += 1) free = `${base}_${number}`;
    next.set(base, number);
    used.add(free);
    taken.add(free.toLowerCase());
    return free;
  });
}
