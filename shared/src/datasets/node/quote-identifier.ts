import { PipewrightError } from '../../host/error.ts';

/** A name as SQL takes it whatever is in it. @throws PipewrightError `bad-input` for a name that no database can hold */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new PipewrightError({ code: 'bad-input', message: 'The name of a table or column is empty or holds a zero byte.', hint: 'Choose another name.' });
  return `"${name.replaceAll('"', '""')}"`;
}
