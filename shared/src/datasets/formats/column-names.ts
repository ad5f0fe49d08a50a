/**
 * Column names from a header: trimmed, with numbers for empty and repeated names. Names that differ only in case stay
 * unchanged.
 */
export function nameColumns(header: readonly string[]): string[] {
  const trimmed = header.map((name) => name.trim());
  const taken = new Set(trimmed.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return trimmed.map((name, index) => {
    const base = name || `column_${index + 1}`;
    let free = base;
    for (let number = 2; used.has(free) || (free !== name && taken.has(free.toLowerCase())); number += 1)
      free = `${base}_${number}`;
    used.add(free);
    taken.add(free.toLowerCase());
    return free;
  });
}
