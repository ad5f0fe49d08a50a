import { JsonScanner } from '../json/json-scanner.ts';
import { csvFormatOf, type DatasetFormat } from './decode-dataset.ts';
import type { CsvBlock } from './csv-block.ts';
import { badCsv } from './csv-faults.ts';
import { checkLayout } from './csv-layout.ts';
import { CsvScanner, type CsvFormat, type Reject } from './csv-scanner.ts';
import { jsonKindOf, refuseForeignText } from './refuse-foreign-text.ts';
import { changeDelimiter } from './rewrite-block.ts';

/** Bytes from the header on that are looked at before the first row is read. */
const lookedAt = 16 * 1024;

/** Lines before the header may have this many bytes together. */
const maxSkippedBytes = 16 * 1024 * 1024;

const lineFeed = 0x0a;

/**
 * Reads the text of a dataset, CSV, JSON Lines or a JSON array, as rows. Loads, checks, previews and Get Rows all read by this class, so that they agree. It
 * looks at the first bytes: what is no table is refused, a line `sep=;` as Excel takes it sets the delimiter, and lines that are to be skipped are.
 * Rows have the delimiter of `csvFormatOf`, whatever the file has.
 */
export class DatasetScanner {
  readonly #options: CsvFormat & DatasetFormat;
  readonly #onReject: (reject: Reject) => void;
  /** The pieces that came before the reader was chosen. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #scanner: CsvScanner | JsonScanner | undefined;
  /** The delimiter of the file, where it is not the one that was chosen. */
  #ownDelimiter: string | undefined;

  constructor(options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void) {
    this.#options = options;
    this.#onReject = onReject;
  }

  /** Names of the columns, once they are known. */
  get header(): string[] | undefined {
    return this.#scanner?.header;
  }

  /** Whether values in quotation marks are text whatever they look like: JSON says which values are text. */
  get quotedIsText(): boolean {
    return this.#scanner instanceof JsonScanner;
  }

  /**
   * The rows that are complete with these pieces.
   * @throws PipewrightError `bad-input` for a file that is no table, `bad-csv` for one that cannot be read
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    if (this.#scanner) return this.#finished(this.#scanner.push(...pieces));
    this.#hold(pieces);
    return this.#heldBytes < lookedAt ? emptyBlock() : this.#start(this.#choose(false));
  }

  /** The last rows. */
  end(...pieces: Uint8Array[]): CsvBlock {
    if (this.#scanner) return this.#finished(this.#scanner.end(...pieces));
    this.#hold(pieces);
    const { rest, scanner } = this.#choose(true) ?? {};
    this.#scanner = scanner;
    return scanner && rest ? this.#finished(scanner.end(rest)) : emptyBlock();
  }

  /** The rows that are complete with the bytes so far, however few they are: for those who read no further. */
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

  /** Chooses how the file is read; undefined while the lines to skip, and so many bytes of what follows them, have not come. */
  #choose(complete: boolean, minBytes = lookedAt): { scanner: CsvScanner | JsonScanner; rest: Buffer } | undefined {
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
    const startOf = (): string => whole.toString('utf8', at, at + lookedAt);
    const isAll = complete && whole.length - at <= lookedAt;
    const json = jsonKindOf(startOf(), isAll, format === 'json-lines');
    if (!json) {
      const separator = /^"?sep=(.)"?\r?(?:\n|$)/i.exec(startOf());
      if (separator) {
        const found = separator[1] as string;
        if (found !== ',' && found !== ';' && found !== '\t' && found !== '|')
          throw badCsv(
            line,
            `“sep=${found}” names a delimiter that is not supported`,
            'Use a comma, a semicolon, a tab or a vertical bar as the delimiter.',
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
    if (delimiter !== chosen) this.#ownDelimiter = delimiter;
    const scanner = json
      ? new JsonScanner(json === 'array', chosen, this.#onReject, line)
      : new CsvScanner({ delimiter: delimiter as ',', header }, this.#onReject, line);
    return { scanner, rest: whole.subarray(at) };
  }

  #wait(whole: Buffer, line: number): undefined {
    if (whole.length > maxSkippedBytes)
      throw badCsv(line, 'the lines before the header are longer than 16 MB', 'Check the number under Skip Rows.');
    this.#held = [whole];
  }

  #finished(block: CsvBlock): CsvBlock {
    return this.#ownDelimiter === undefined ? block : changeDelimiter(block, csvFormatOf(this.#options).delimiter);
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
