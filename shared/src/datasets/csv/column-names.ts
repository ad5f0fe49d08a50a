/** Names for columns from a header: white space trimmed, empty ones numbered, repeated ones told apart. */
export function nameColumns(header: readonly string[]): string[] {
  const given = header.map((name) => name.trim());
  const used = new Set<string>();
  return given.map((name, index) => {
    const base = name || `column_${index + 1}`;
    let free = base;
    for (let number = 2; used.has(free.toLowerCase()); number += 1) free = `${base}_${number}`;
    used.add(free.toLowerCase());
    return free;
  });
}
