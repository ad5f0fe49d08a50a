/** Prints a result to standard output: as JSON, or one value per line. */
export function print(result: unknown, asJson: boolean): void {
  if (asJson) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else for (const entry of Array.isArray(result) ? result : [result]) process.stdout.write(`${readable(entry)}\n`);
}

function readable(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const lines = Object.entries(value).map(
    ([name, entry]) => `${name}: ${typeof entry === 'object' ? JSON.stringify(entry) : String(entry)}`,
  );
  return lines.join('\n');
}
