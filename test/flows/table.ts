/** One line of the table. */
export interface Line {
  flow: string;
  platform: string;
  steps: string;
  result: string;
  rows: string;
  seconds: string;
}

const heads: Line = { flow: 'flow', platform: 'platform', steps: 'steps', result: 'result', rows: 'rows', seconds: 'seconds' };

/** The lines under their heads, in columns. */
export function table(lines: readonly Line[]): string {
  const columns = Object.keys(heads) as (keyof Line)[];
  const all = [heads, ...lines];
  const widths = columns.map((column) => Math.max(...all.map((line) => line[column].length)));
  const show = (line: Line): string => columns.map((column, index) => line[column].padEnd(widths[index] ?? 0)).join('  ').trimEnd();
  return [show(heads), widths.map((width) => '─'.repeat(width)).join('  '), ...lines.map(show)].join('\n');
}
