import { PipewrightError } from '../../host/error.ts';

const writeAgain = 'Write the file again, or export the table as CSV or JSON Lines and use that file.';

/** The error of a damaged Parquet file. `reason` follows "The Parquet file is invalid: ". */
export function badParquet(reason: string, cause?: unknown): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `The Parquet file is invalid: ${reason}.`,
    hint: `Download the file again. If the error persists, ${writeAgain.charAt(0).toLowerCase()}${writeAgain.slice(1)}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The refusal of a Parquet file that cannot be read. `message` is a sentence. */
export function refusedParquet(message: string, hint = writeAgain): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message, hint });
}
