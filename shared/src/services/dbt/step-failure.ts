import { cut, redact } from '../../host/redact.ts';

/** At most as much is told of a failure, in characters. */
const most = 500;

// Colours of a terminal, and the time that dbt writes before every line.
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const time = /^\d\d:\d\d:\d\d(\.\d+)?\s*/;

/** The headline of a failure: `Database Error in model stg_orders (models/stg_orders.sql)`, `Failure in test …`. */
const headline = /^(?:[A-Z]\w+ )?(?:Error in|Failure in|Error$)/;

/**
 * What the log of a failed step says about the cause: the first error with the lines that explain it, else its last lines.
 * Undefined for an empty log.
 */
export function readFailure(logs: string | null | undefined): string | undefined {
  const lines = (logs ?? '')
    .replace(colours, '')
    .split(/\r?\n/)
    .map((line) => line.replace(time, '').trim());
  const at = lines.findIndex((line) => headline.test(line));
  const told = at < 0 ? lines.filter((line) => line !== '').slice(-3) : untilGap(lines.slice(at)).slice(0, 4);
  const text = cut(redact(told.join(' ')), most);
  return text === '' ? undefined : text;
}

/** The lines up to the first empty one that comes after an explanation. */
function untilGap(lines: string[]): string[] {
  const gap = lines.findIndex((line, index) => line === '' && index > 1);
  return (gap < 0 ? lines : lines.slice(0, gap)).filter((line) => line !== '');
}
