/**
 * Names for columns from a header: white space trimmed, empty ones numbered, repeated ones told apart. Names that differ
 * in case alone stay as they are.
 */
export function nameColumns(header: readonly string[]): string[] {
  const given = header.map((name) => name.trim());
  const taken = new Set(given.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return given.map((name, index) => {
    const base = name || `column_${index + 1}`;
    let free = base;
    for (let number = 2; used.has(free) || (free !== name && taken.has(free.toLowerCase())); number += 1)
      free = `${base}_${number}`;
    used.add(free);
    taken.add(free.toLowerCase());
    return free;
  });
}
