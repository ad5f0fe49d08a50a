import { PipewrightError } from '../../host/error.ts';

/** Tables that Pipewright manages, in lower case. */
const reservedNames = new Set(['pipewright_loads', 'pipewright_rejects', 'pipewright_staging']);
const reservedPrefix = 'pipewright_staging_';

/** Whether a table is managed by Pipewright, however its name is spelled, quoted or qualified with a schema. */
export function isReservedTable(table: string): boolean {
  const plain = table.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const parts = [plain, ...plain.split('.')].map((part) => part.replace(/["'`[\]#\s]/g, ''));
  return parts.some((part) => reservedNames.has(part) || part.startsWith(reservedPrefix));
}

/**
 * Refuses to load into a table that Pipewright manages: load records could be forged or lost.
 * @throws PipewrightError `invalid-input`
 */
export function refuseReservedTable(table: string): void {
  if (!isReservedTable(table)) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The table name “${table.slice(0, 80)}” is reserved: Pipewright records its loads there.`,
    hint: 'Nothing was changed. Choose another table.',
  });
}
