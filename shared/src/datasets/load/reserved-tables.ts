import { PipewrightError } from '../../host/error.ts';

/** Names of the tables that Pipewright keeps for itself, in lower case. */
const ownNames = new Set(['pipewright_loads', 'pipewright_rejects', 'pipewright_staging']);
const ownPrefix = 'pipewright_staging_';

/** Whether a table is one of Pipewright's own, however its name is spelled, quoted or qualified with a schema. */
export function isReservedTable(table: string): boolean {
  const plain = table.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const parts = [plain, ...plain.split('.')].map((part) => part.replace(/["'`[\]#\s]/g, ''));
  return parts.some((part) => ownNames.has(part) || part.startsWith(ownPrefix));
}

/**
 * Refuses to load into a table that Pipewright keeps for itself: its records could be forged or lost.
 * @throws PipewrightError `bad-input`
 */
export function refuseReservedTable(table: string): void {
  if (!isReservedTable(table)) return;
  throw new PipewrightError({
    code: 'bad-input',
    message: `The table “${table.slice(0, 80)}” belongs to Pipewright, which records its loads there.`,
    hint: 'Choose another table. No table was changed.',
  });
}
