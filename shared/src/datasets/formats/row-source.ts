import type { Bytes } from '../../host/bytes.ts';
import type { CsvBlock } from './csv-block.ts';
import type { CsvFormat, Reject } from './csv-scanner.ts';
import type { DatasetFormat } from './decode-dataset.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import type { DetectedFormat } from './detected-format.ts';

/** Rows of a dataset as they are read, whatever its format. */
export interface RowSource {
  /** Column names; known once the first rows have been returned, undefined for an empty dataset. */
  readonly header: string[] | undefined;
  /** Whether quoted values are always text, because the format distinguishes text from other values. */
  readonly quotedIsText: boolean;
  /** Whether a date is a timestamp at midnight, because the format knows no difference, as in Excel. Default: false. */
  readonly datesAreTimestamps?: boolean;
  /** Types that the file states, by place of the column; known with the header. Undefined for formats without them. */
  readonly types?: readonly (DeclaredType | undefined)[] | undefined;
  /** What was detected in the file; undefined until the first rows have been returned, and for formats that have nothing to detect. */
  readonly detected?: DetectedFormat | undefined;
  /** What `lines` of a block and `line` of a reject count: lines of a text, or rows of a sheet. */
  readonly unit: 'line' | 'row';
  /** Decompressed bytes read so far. */
  readonly bytesRead: number;
  /**
   * Returns the rows in order, in blocks of about 128 KB; a block can be empty. The next block overwrites the offsets of
   * this one. A caller that stops reading closes the source. Call it once.
   * @throws PipewrightError `invalid-file`, `invalid-input` or `incomplete` for a file that cannot be read
   */
  blocks(): AsyncIterable<CsvBlock>;
}

/** A file format whose values have types, unlike those of text; it is recognized by its first bytes. */
export interface TypedFormat {
  /** Whether a decompressed file starts like this format. `start` has at least 4 KB, if the file has that many. */
  matches(start: Uint8Array): boolean;
  /**
   * Opens a file; loads the code that reads the format. The rows are written with `TypedBlockBuilder`, with the delimiter of `csvFormatOf(options)`.
   * @param onReject called for each row that is skipped because it cannot be read exactly
   */
  open(bytes: Bytes, options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void): Promise<RowSource>;
}
