import { PipewrightError } from '../host/error.ts';

/** Why rows are not replaced: a foreign key would carry their deletion on into another table. */
export function cascadeError(service: string, otherTable: string): PipewrightError {
  return new PipewrightError({
    code: 'conflict',
    service,
    message: `Replacing the rows would delete or change rows of the table ${otherTable}, which refers to them.`,
    hint: 'The table was not changed. Choose the mode Append, or load into another table.',
  });
}
