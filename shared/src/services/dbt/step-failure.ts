import { cut, redact } from '../../host/redact.ts';

const maxCharacters = 500;

// Terminal colors, and the time before each log line.
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const time = /^\d\d:\d\d:\d\d(\.\d+)?\s*/;

/** The headline of an error: `Database Error in model stg_orders (models/stg_orders.sql)`, `Failure in test …`. */
const headline = /^(?:[A-Z]\w+ )?(?:Error in|Failure in|Error$)/;

/**
 * Extracts the error from the log of a failed step: the first error with its explanation, otherwise the last lines.
 * Undefined for an empty log.
 */
export function readFailure(logs: string | null | undefined): string | undefined {
  const lines = (logs ?? '')
    .replace(colours, '')
    .split(/\r?\n/)
    .map((line) => line.replace(time, '').trim());
  const start = lines.findIndex((line) => headline.test(line));
  const selected =
    start < 0 ? lines.filter((line) => line !== '').slice(-3) : untilEmptyLine(lines.slice(start)).slice(0, 4);
  const text = cut(redact(selected.join(' ')), maxCharacters);
  return text === '' ? undefined : text;
}

/** The lines up to the first empty line after the explanation. */
function untilEmptyLine(lines: string[]): string[] {
  const end = lines.findIndex((line, index) => line === '' && index > 1);
  return (end < 0 ? lines : lines.slice(0, end)).filter((line) => line !== '');
}
