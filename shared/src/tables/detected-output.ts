import * as v from 'valibot';
import { json, text } from '../define/fields.ts';
import { describeDetected, type DetectedFormat } from '../datasets/formats/detected-format.ts';

/** Output fields for what was detected in a file. */
export const detectedOutput = {
  format: v.optional(text({ label: 'Format Description' })),
  detected: v.optional(json({ label: 'Detected Format' })),
};

/** A sample of `detectedOutput`. */
export const detectedSample = {
  format: 'The file is CSV in UTF-8, delimited by comma. Line 1 contains the column names.',
  detected: { format: 'CSV', encoding: 'UTF-8', delimiter: 'Comma', headerLine: 1 },
};

/** What was detected in a file as output, in plain words and as data; nothing if nothing was read. */
export function describeFormat(detected: DetectedFormat | undefined): { format?: string; detected?: DetectedFormat } {
  return detected ? { format: describeDetected(detected), detected } : {};
}
