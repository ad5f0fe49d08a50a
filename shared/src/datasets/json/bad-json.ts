import { PipewrightError } from '../../host/error.ts';

/** The error of invalid JSON. */
export function badJson(line: number, reason: string, hint = 'Correct the file.'): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `The file is not valid JSON: line ${line} ${reason}.`,
    hint,
  });
}
