import { JsonScanner } from '../json/json-scanner.ts';
import { csvFormatOf, type DatasetFormat } from './decode-dataset.ts';
import type { CsvBlock } from './csv-block.ts';
import { badCsv } from './csv-faults.ts';
import { checkLayout } from './csv-layout.ts';
import { CsvScanner, type CsvFormat, type Reject } from './csv-scanner.ts';
import { jsonKindOf, refuseForeignText } from './refuse-foreign-text.ts';
import { changeDelimiter } from './rewrite-block.ts';

/** Bytes to inspect, from the header on, before the first row is parsed. */
const sampleBytes = 16 * 1024;

/** Maximum bytes of the lines before the header. */
const maxSkippedBytes = 16 * 1024 * 1024;

const lineFeed = 0x0a;

/**
 * Parses the text of a dataset (CSV, JSON Lines or a JSON array) into rows. All operations use this class, so they agree.
 * It inspects the first bytes: it refuses files that are not tables, uses a line such as `sep=;` as Excel does, and skips
 * the lines of Skip Rows. Rows always have the delimiter of `csvFormatOf`, whatever delimiter the file has.
 */
export class DatasetScanner {
  readonly #options: CsvFormat & DatasetFormat;
  readonly #onReject: (reject: Reject) => void;
  /** Pieces received before the format was detected. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #scanner: CsvScanner | JsonScanner | undefined;
  /** The delimiter of the file, if it differs from the chosen one. */
  #fileDelimiter: string | undefined;

  constructor(options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void) {
    this.#options = options;
    this.#onReject = onReject;
  }

  /** Column names, once known. */
  get header(): string[] | undefined {
    return this.#scanner?.header;
  }

  /** Whether quoted values are always text: JSON distinguishes text from other values. */
  get quotedIsText(): boolean {
    return this.#scanner instanceof JsonScanner;
  }

  /**
   * Returns the rows completed by these pieces.
   * @throws PipewrightError `invalid-input` for a file that is not a table, `invalid-file` for invalid data
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    if (this.#scanner) return this.#finished(this.#scanner.push(...pieces));
    this.#hold(pieces);
    return this.#heldBytes < sampleBytes ? emptyBlock() : this.#start(this.#choose(false));
  }

  /** Returns the last rows. */
  end(...pieces: Uint8Array[]): CsvBlock {
    if (this.#scanner) return this.#finished(this.#scanner.end(...pieces));
    this.#hold(pieces);
    const { rest, scanner } = this.#choose(true) ?? {};
    this.#scanner = scanner;
    return scanner && rest ? this.#finished(scanner.end(rest)) : emptyBlock();
  }

  /** Returns the rows in the bytes so far, however few: for callers that do not read on. */
  open(): CsvBlock {
    return this.#scanner ? emptyBlock() : this.#start(this.#choose(false, 0));
  }

  #start(chosen: { scanner: CsvScanner | JsonScanner; rest: Buffer } | undefined): CsvBlock {
    if (!chosen) return emptyBlock();
    this.#scanner = chosen.scanner;
    return this.#finished(chosen.scanner.push(chosen.rest));
  }

  #hold(pieces: readonly Uint8Array[]): void {
    this.#held.push(...pieces);
    for (const piece of pieces) this.#heldBytes += piece.length;
  }

  /** Detects the format; undefined until the lines to skip and enough bytes after them have arrived. */
  #choose(complete: boolean, minBytes = sampleBytes): { scanner: CsvScanner | JsonScanner; rest: Buffer } | undefined {
    const whole = Buffer.concat(this.#held);
    const { skipRows = 0, format } = this.#options;
    let at = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? 3 : 0;
    let line = 1;
    for (; line <= skipRows; line += 1) {
      const next = whole.indexOf(lineFeed, at);
      if (next < 0 && !complete) return this.#wait(whole, line);
      at = next < 0 ? whole.length : next + 1;
    }
    if (!complete && whole.length - at < minBytes) return this.#wait(whole, line);
    const { header } = csvFormatOf(this.#options);
    let { delimiter } = csvFormatOf(this.#options);
    const chosen = delimiter;
    const startOf = (): string => whole.toString('utf8', at, at + sampleBytes);
    const isAll = complete && whole.length - at <= sampleBytes;
    const json = jsonKindOf(startOf(), isAll, format === 'json-lines');
    if (!json) {
      const separator = /^"?sep=(.)"?\r?(?:\n|$)/i.exec(startOf());
      if (separator) {
        const found = separator[1] as string;
        if (found !== ',' && found !== ';' && found !== '\t' && found !== '|')
          throw badCsv(
            line,
            `“sep=${found}” declares an unsupported delimiter`,
            'Use a comma, semicolon, tab or pipe as the delimiter.',
          );
        delimiter = found;
        at = Math.min(whole.length, at + separator[0].length);
        line += 1;
      }
      const text = startOf();
      refuseForeignText(text, isAll, delimiter);
      checkLayout(text, isAll, delimiter, header, line - 1);
    } else refuseForeignText(startOf(), isAll, delimiter);
    this.#held = [];
    if (delimiter !== chosen) this.#fileDelimiter = delimiter;
    const scanner = json
      ? new JsonScanner(json === 'array', chosen, this.#onReject, line)
      : new CsvScanner({ delimiter: delimiter as ',', header }, this.#onReject, line);
    return { scanner, rest: whole.subarray(at) };
  }

  #wait(whole: Buffer, line: number): undefined {
    if (whole.length > maxSkippedBytes)
      throw badCsv(line, 'the lines before the header are longer than 16 MB', 'Check Skip Rows.');
    this.#held = [whole];
  }

  #finished(block: CsvBlock): CsvBlock {
    return this.#fileDelimiter === undefined ? block : changeDelimiter(block, csvFormatOf(this.#options).delimiter);
  }
}

function emptyBlock(): CsvBlock {
  return {
    buffer: Buffer.alloc(0),
    rows: 0,
    width: 0,
    line: 1,
    starts: new Int32Array(0),
    ends: new Int32Array(0),
    kinds: new Uint8Array(0),
    pieces: [],
    lineEnd: Buffer.from('\n'),
  };
}
