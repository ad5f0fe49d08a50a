import { namesOfPath } from '../json/json-path.ts';
import { JsonScanner } from '../json/json-scanner.ts';
import { CarriageReturns, endsInCarriageReturns } from './carriage-returns.ts';
import type { DatasetFormat } from './decode-dataset.ts';
import type { CsvBlock } from './csv-block.ts';
import { badCsv } from './csv-faults.ts';
import { CsvScanner, type CsvFormat, type Reject } from './csv-scanner.ts';
import { detectDialect, dialectSample, type Dialect } from './detect-dialect.ts';
import { refuseForeignText, jsonKindOf, type JsonKind } from './refuse-foreign-text.ts';

/** Bytes in which other formats than CSV are detected. */
const foreignSample = 16 * 1024;

/** Maximum bytes of the lines before the header. */
const maxSkippedBytes = 16 * 1024 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The layout of a text as it is read. */
export type TextLayout = ({ kind: 'csv' } & Dialect) | { kind: `json-${JsonKind}` | 'json-path' };

interface Start {
  scanner: CsvScanner | JsonScanner;
  rest: Buffer;
  layout: TextLayout;
}

/**
 * Parses the text of a dataset (CSV, JSON Lines or a JSON array) into rows. All operations use this class, so they agree.
 * It inspects the first bytes: it refuses files that are not tables, uses a line such as `sep=;` as Excel does, skips the
 * lines of Skip Rows, and detects what was not chosen: delimiter, header, title and comment lines.
 */
export class DatasetScanner {
  readonly #options: CsvFormat & DatasetFormat;
  readonly #onReject: (reject: Reject) => void;
  /** Pieces received before the format was detected. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #scanner: CsvScanner | JsonScanner | undefined;
  #layout: TextLayout | undefined;
  /** Where lines end in carriage returns alone. */
  #carriageReturns: CarriageReturns | undefined;

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

  /** The layout of the text, once detected. */
  get layout(): TextLayout | undefined {
    return this.#scanner?.header ? this.#layout : undefined;
  }

  /**
   * Returns the rows completed by these pieces.
   * @throws PipewrightError `invalid-input` for a file that is not a table, `invalid-file` for invalid data or an ambiguous file
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    if (this.#scanner) return this.#scanner.push(...this.#withLineFeeds(pieces));
    this.#hold(pieces);
    if (this.#heldBytes < dialectSample) return emptyBlock();
    const start = this.#choose(false);
    return start ? this.#begin(start).push(start.rest) : emptyBlock();
  }

  /** Returns the last rows. */
  end(...pieces: Uint8Array[]): CsvBlock {
    if (this.#scanner) return this.#scanner.end(...this.#withLineFeeds(pieces));
    this.#hold(pieces);
    const start = this.#choose(true);
    return start ? this.#begin(start).end(start.rest) : emptyBlock();
  }

  #begin({ scanner, layout }: Start): CsvScanner | JsonScanner {
    this.#held = [];
    this.#layout = layout;
    this.#scanner = scanner;
    return scanner;
  }

  #withLineFeeds(pieces: Uint8Array[]): Uint8Array[] {
    const replacer = this.#carriageReturns;
    return replacer ? pieces.map((piece) => replacer.replace(piece)) : pieces;
  }

  #hold(pieces: readonly Uint8Array[]): void {
    this.#held.push(...pieces);
    for (const piece of pieces) this.#heldBytes += piece.length;
  }

  /** Detects the format; undefined until the lines to skip and enough bytes after them have arrived. */
  #choose(complete: boolean): Start | undefined {
    const whole = Buffer.concat(this.#held);
    const { skipRows = 0, format } = this.#options;
    const hasReturns = endsInCarriageReturns(whole.subarray(0, dialectSample), complete);
    const lineEnd = hasReturns ? carriageReturn : lineFeed;
    let at = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? 3 : 0;
    let line = 1;
    for (; line <= skipRows; line += 1) {
      const next = whole.indexOf(lineEnd, at);
      if (next < 0 && !complete) return this.#wait(whole, line);
      at = next < 0 ? whole.length : next + 1;
    }
    if (!complete && whole.length - at < dialectSample) return this.#wait(whole, line);
    const isAll = (size: number): boolean => complete && whole.length - at <= size;
    const textOf = (size: number): string => {
      const text = whole.toString('utf8', at, at + size);
      return hasReturns ? text.replaceAll('\r', '\n') : text;
    };
    const start = textOf(foreignSample);
    const { jsonPath, flatten = false } = this.#options;
    if (jsonPath !== undefined && start.trimStart().startsWith('{')) {
      const layout = { path: namesOfPath(jsonPath) };
      const scanner = new JsonScanner(layout, flatten, this.#onReject, line, true);
      return { scanner, rest: whole.subarray(at), layout: { kind: 'json-path' } };
    }
    const isLines = format === 'json-lines';
    const mayBeJson = this.#options.delimiter === undefined;
    const json = jsonKindOf(start, isAll(foreignSample), isLines, mayBeJson);
    if (json) {
      refuseForeignText(start, isAll(foreignSample));
      // Objects can be separated by any white space, lines only by line feeds.
      const layout = hasReturns && json === 'lines' ? 'objects' : json;
      const scanner = new JsonScanner(layout, flatten, this.#onReject, line, isLines);
      return { scanner, rest: whole.subarray(at), layout: { kind: `json-${json}` } };
    }
    const separator = separatorOf(start, line);
    if (separator) {
      at = Math.min(whole.length, at + separator.length);
      line += 1;
    }
    refuseForeignText(textOf(foreignSample), isAll(foreignSample));
    const { header, comment } = this.#options;
    const delimiter = separator?.delimiter ?? this.#options.delimiter;
    const dialect = detectDialect(textOf(dialectSample), isAll(dialectSample), line, {
      ...(delimiter ? { delimiter } : {}),
      ...(header === undefined ? {} : { header }),
      comment,
      skipped: this.#options.skipRows !== undefined,
    });
    for (; line < dialect.firstLine; line += 1) {
      const next = whole.indexOf(lineEnd, at);
      at = next < 0 ? whole.length : next + 1;
    }
    if (hasReturns) this.#carriageReturns = new CarriageReturns(dialect.delimiter);
    const csv = { delimiter: dialect.delimiter, header: dialect.header, ...(comment ? { comment } : {}) };
    const [rest = whole] = this.#withLineFeeds([whole.subarray(at)]);
    return {
      scanner: new CsvScanner(csv, this.#onReject, line),
      rest: Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength),
      layout: { kind: 'csv', ...dialect },
    };
  }

  #wait(whole: Buffer, line: number): undefined {
    if (whole.length > maxSkippedBytes)
      throw badCsv(line, 'the lines before the header are longer than 16 MB', 'Check Skip Rows.');
    this.#held = [whole];
  }
}

/**
 * The delimiter that a line such as `sep=;` declares, and the length of the line.
 * @throws PipewrightError `invalid-file` for a delimiter that is not supported
 */
function separatorOf(text: string, line: number): { delimiter: ',' | ';' | '\t' | '|'; length: number } | undefined {
  const [whole, delimiter] = /^"?sep=(.)"?\r?(?:\n|$)/i.exec(text) ?? [];
  if (whole === undefined) return undefined;
  if (delimiter === ',' || delimiter === ';' || delimiter === '\t' || delimiter === '|')
    return { delimiter, length: whole.length };
  throw badCsv(
    line,
    `“sep=${delimiter}” declares an unsupported delimiter`,
    'Use a comma, semicolon, tab or pipe as the delimiter.',
  );
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
    delimiter: ',',
    pieces: [],
    lineEnd: Buffer.from('\n'),
  };
}
