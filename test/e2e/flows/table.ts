/** A row of the table. */
export interface Line {
  flow: string;
  platform: string;
  /** The names of the steps that ran, in order. */
  steps: readonly string[];
  result: string;
  rows: string;
  seconds: string;
}

type Cells = Record<keyof Line, string>;

const heads: Cells = {
  flow: 'flow',
  platform: 'platform',
  steps: 'steps',
  result: 'result',
  rows: 'rows',
  seconds: 'seconds',
};

function draw(lines: readonly Cells[]): string {
  const columns = Object.keys(heads) as (keyof Line)[];
  const all = [heads, ...lines];
  const widths = columns.map((column) => Math.max(...all.map((line) => line[column].length)));
  const show = (line: Cells): string =>
    columns
      .map((column, index) => line[column].padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [show(heads), widths.map((width) => '─'.repeat(width)).join('  '), ...lines.map(show)].join('\n');
}

/**
 * The rows with their headers, in columns.
 * @param width of the terminal, in characters; if the step names do not fit, their number is shown instead
 */
export function table(lines: readonly Line[], width = Infinity): string {
  const named = draw(lines.map((line) => ({ ...line, steps: line.steps.join(' → ') || '(none)' })));
  const fits = named.split('\n').every(({ length }) => length <= width);
  return fits ? named : draw(lines.map((line) => ({ ...line, steps: String(line.steps.length) })));
}
