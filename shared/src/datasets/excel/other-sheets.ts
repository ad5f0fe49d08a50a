import { PipewrightError, withDetails } from '../../host/error.ts';
import { mapWording } from '../../host/wording.ts';
import type { Sheet, Workbook } from './workbook.ts';

/** Names in a hint. */
const maxNames = 10;

/** The names of the other visible worksheets as a list; empty if there are none. */
export function otherSheets({ sheets }: Workbook, { path }: Sheet): string {
  const names = sheets.filter((sheet) => sheet.isVisible && sheet.path !== path).map(({ name }) => `“${name}”`);
  return `${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ', …' : ''}`;
}

/** An error of a worksheet that was not chosen, with the others in its hint: one of them may have the table. */
export function withSheets(error: unknown, others: string): unknown {
  if (!(error instanceof PipewrightError) || others === '') return error;
  const hint = mapWording(error.hint ?? '', (text) => `${text} ${toRead(others)}`.trim());
  return withDetails(error, { hint });
}

/** The error of an empty worksheet beside others. */
export function emptySheet({ name }: Sheet, others: string): PipewrightError {
  return new PipewrightError({
    code: 'empty-dataset',
    message: `The worksheet “${name}” is empty.`,
    hint: toRead(others),
  });
}

const toRead = (others: string): string => `To read another worksheet, enter its name under Sheet: ${others}.`;
