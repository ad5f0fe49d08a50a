import type { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import { valueKind } from '../formats/csv-block.ts';
import { maxColumns, maxRows, type CellArea } from './cell-reference.ts';
import type { CellContext } from './cell-value.ts';
import { exactNumber } from './exact-number.ts';
import { showsNumber } from './number-format.ts';
import type { PlainReader } from './plain-feed.ts';
import { isDigit, isExactNumber, smallInteger } from './plain-numbers.ts';
import { isAscii, isAt, literal, plainTextEnd } from './plain-xml.ts';
import { serialToIso } from './serial-date.ts';
import type { SheetCells } from './sheet-cells.ts';
import type { SheetTable } from './sheet-table.ts';
import { formatOfStyle } from './styles.ts';

const [space, lineFeed, lessThan, greaterThan, slash, colon, equals, doubleQuote, ampersand, zero, one, nine] = [
  0x20, 0x0a, 0x3c, 0x3e, 0x2f, 0x3a, 0x3d, 0x22, 0x26, 0x30, 0x31, 0x39,
];
const [upperA, upperZ, lowerA, lowerZ, lowerN, lowerR, lowerS, lowerT, lowerB] = [
  0x41, 0x5a, 0x61, 0x7a, 0x6e, 0x72, 0x73, 0x74, 0x62,
];

const rowStart = literal('<row ');
const rowEnd = literal('</row>');
const cellStart = literal('<c r="');
const cellEnd = literal('</c>');
const formulaStart = literal('<f>');
const formulaEnd = literal('</f>');
const valueStart = literal('<v>');
const valueEnd = literal('</v></c>');
const inlineStart = literal('<is><t>');
const spacedInlineStart = literal('<is><t xml:space="preserve">');
const inlineEnd = literal('</t></is></c>');
const textType = literal('str"');
const inlineType = literal('inlineStr"');

/** Rows in another form, beyond those in this one, after which a sheet is left to the parser. */
const maxOtherRows = 1_000;

/** Types of cells (ECMA-376 part 1, section 18.18.11). */
const cellType = { number: 1, shared: 2, text: 3, inline: 4, boolean: 5 } as const;

/**
 * Writes the rows of a worksheet from their bytes, if all of their cells have plain values: it creates no object and no
 * string for a cell. Whatever is written in another way, or is not valid, is left to `SheetCells` and `SheetTable.add`.
 */
export class PlainRows implements PlainReader {
  readonly name = 'row';
  readonly parent = 'sheetData';
  readonly #cells: SheetCells;
  readonly #table: SheetTable;
  readonly #builder: TypedBlockBuilder;
  readonly #context: CellContext;
  readonly #area: CellArea;
  readonly #firstRow: number;
  readonly #skipHidden: boolean;
  #otherRows = 0;
  /** Offset after the attributes, the number, or the text that was read last. */
  #next = 0;
  /** Values of the current row that are written, and whether all of them are NULL. */
  #written = 0;
  #isEmpty = true;

  /** @param skipRows rows to skip before the table */
  constructor(
    cells: SheetCells,
    table: SheetTable,
    context: CellContext,
    area: CellArea,
    { skipRows, skipHidden }: { skipRows: number; skipHidden: boolean },
  ) {
    this.#cells = cells;
    this.#table = table;
    this.#builder = table.builder;
    this.#context = context;
    this.#area = area;
    this.#firstRow = area.top + skipRows;
    this.#skipHidden = skipHidden;
  }

  get isReady(): boolean {
    return this.#table.width > 0 && this.#otherRows < maxOtherRows;
  }

  read(bytes: Buffer, from: number, end: number): number {
    for (let at = from; ; ) {
      at = skipSpace(bytes, at);
      if (at >= end) return at;
      const next = this.#readRow(bytes, at, end);
      if (next < 0) {
        this.#builder.cancelRow();
        this.#otherRows += 1;
        return at;
      }
      this.#otherRows = Math.max(0, this.#otherRows - 1);
      at = next;
    }
  }

  /** Reads a row. @returns the offset after it; -1 for a row in another form */
  #readRow(bytes: Buffer, start: number, end: number): number {
    const row = this.#readRowNumber(bytes, start, end);
    const { top, bottom } = this.#area;
    if (!(row > this.#cells.lastRow && row >= top && row >= this.#firstRow && row <= bottom)) return -1;
    let at = this.#next;
    this.#written = 0;
    this.#isEmpty = true;
    if (bytes[at] === slash && bytes[at + 1] === greaterThan) at += 2;
    else if (bytes[at] === greaterThan) {
      at = this.#readCells(bytes, at + 1, end, row);
      if (at < 0) return -1;
    } else return -1;
    if (this.#isEmpty) this.#builder.cancelRow();
    else {
      while (this.#written < this.#table.width) this.#addNull();
      this.#table.endRow(row);
    }
    this.#cells.lastRow = row;
    return at;
  }

  /** Reads the start tag of a row up to its `>`. @returns 0 for a row in another form */
  #readRowNumber(bytes: Buffer, from: number, end: number): number {
    if (!isAt(bytes, from, rowStart)) return 0;
    let row = 0;
    let at = from + rowStart.length - 1;
    while (bytes[at] === space) {
      let name = (at += 1);
      const start = name;
      for (; isNameByte(bytes[at] as number); at += 1) if (bytes[at] === colon) name = at + 1;
      const length = at - name;
      if (length === 0 || bytes[at] !== equals || bytes[at + 1] !== doubleQuote) return 0;
      const value = (at += 2);
      for (; at < end && bytes[at] !== doubleQuote; at += 1)
        if (bytes[at] === ampersand || bytes[at] === lessThan) return 0;
      if (at >= end) return 0;
      if (length === 1 && bytes[name] === lowerR) {
        if (row !== 0 || name !== start) return 0;
        row = smallInteger(bytes, value, at);
        if (!(row >= 1 && row <= maxRows)) return 0;
      } else if (this.#skipHidden && length === hidden.length && isAt(bytes, name, hidden)) return 0;
      at += 1;
    }
    this.#next = at;
    return row;
  }

  /** Reads the cells of a row and its end tag. @returns the offset after it; -1 for a row in another form */
  #readCells(bytes: Buffer, start: number, end: number, row: number): number {
    let lastColumn = 0;
    for (let at = start; ; ) {
      at = skipSpace(bytes, at);
      if (!isAt(bytes, at, cellStart)) return isAt(bytes, at, rowEnd) ? at + rowEnd.length : -1;
      at += cellStart.length;
      let column = 0;
      let byte = bytes[at] as number;
      for (; byte >= upperA && byte <= upperZ && column < maxColumns; byte = bytes[(at += 1)] as number)
        column = column * 26 + byte - upperA + 1;
      let number = 0;
      for (; byte >= zero && byte <= nine && number < maxRows; byte = bytes[(at += 1)] as number)
        number = number * 10 + byte - zero;
      if (byte !== doubleQuote || number !== row || column <= lastColumn || column > maxColumns) return -1;
      lastColumn = column;
      at = this.#readCell(bytes, at + 1, end, column);
      if (at < 0) return -1;
    }
  }

  /** Reads the other attributes of a cell and its content. @returns the offset after it; -1 for a cell in another form */
  #readCell(bytes: Buffer, start: number, end: number, column: number): number {
    let style = -1;
    let type = 0;
    let at = start;
    for (; bytes[at] === space; ) {
      const name = bytes[at + 1];
      if (bytes[at + 2] !== equals || bytes[at + 3] !== doubleQuote) return -1;
      at += 4;
      if (name === lowerS && style < 0) {
        const from = at;
        while (isDigit(bytes[at] as number)) at += 1;
        style = smallInteger(bytes, from, at);
        if (style < 0 || bytes[at] !== doubleQuote) return -1;
        at += 1;
      } else if (name === lowerT && type === 0) {
        if (bytes[at + 1] === doubleQuote) {
          type = shortType(bytes[at] as number);
          at += 2;
        } else if (isAt(bytes, at, textType)) {
          type = cellType.text;
          at += textType.length;
        } else if (isAt(bytes, at, inlineType)) {
          type = cellType.inline;
          at += inlineType.length;
        }
        if (type === 0) return -1;
      } else return -1;
    }
    if (bytes[at] === slash) return bytes[at + 1] === greaterThan ? at + 2 : -1;
    if (bytes[at] !== greaterThan) return -1;
    return this.#readContent(bytes, at + 1, end, column, type === 0 ? cellType.number : type, Math.max(0, style));
  }

  #readContent(bytes: Buffer, start: number, end: number, column: number, type: number, style: number): number {
    let at = start;
    if (type === cellType.inline) {
      if (isAt(bytes, at, inlineStart)) at += inlineStart.length;
      else if (isAt(bytes, at, spacedInlineStart)) at += spacedInlineStart.length;
      else return -1;
      const stop = plainTextEnd(bytes, at, end);
      if (stop < 0 || !isAt(bytes, stop, inlineEnd)) return -1;
      return this.#write(bytes, at, stop, column, type, style) ? stop + inlineEnd.length : -1;
    }
    if (isAt(bytes, at, formulaStart)) {
      if (this.#context.isOutdated) return -1;
      at += formulaStart.length;
      while (at < end && bytes[at] !== lessThan && bytes[at] !== ampersand) at += 1;
      if (!isAt(bytes, at, formulaEnd)) return -1;
      at += formulaEnd.length;
      if (!isAt(bytes, at, valueStart) || bytes[at + valueStart.length] === lessThan) return -1;
    }
    if (!isAt(bytes, at, valueStart)) return at === start && isAt(bytes, at, cellEnd) ? at + cellEnd.length : -1;
    at += valueStart.length;
    const stop = plainTextEnd(bytes, at, end);
    if (stop < 0 || !isAt(bytes, stop, valueEnd)) return -1;
    return this.#write(bytes, at, stop, column, type, style) ? stop + valueEnd.length : -1;
  }

  /** Writes a value into its column. @returns false for a value in another form, or outside of the table */
  #write(bytes: Buffer, start: number, end: number, column: number, type: number, style: number): boolean {
    const { left, right } = this.#area;
    if (column < left || column > right) return true;
    const place = this.#table.placeOf(column);
    if (place === undefined || start === end) return false;
    while (this.#written < place) this.#addNull();
    this.#written += 1;
    this.#isEmpty = false;
    const builder = this.#builder;
    switch (type) {
      case cellType.number:
        return this.#writeNumber(bytes, start, end, style);
      case cellType.shared: {
        const { strings } = this.#context;
        const index = smallInteger(bytes, start, end);
        if (index < 0 || index >= strings.count || strings.isEmpty(index) || strings.faultOf(index) !== undefined)
          return false;
        strings.write(index, builder);
        return true;
      }
      case cellType.boolean:
        if (end - start !== 1 || (bytes[start] !== zero && bytes[start] !== one)) return false;
        builder.addBare(bytes[start] === one ? 'true' : 'false');
        return true;
      default:
        builder.addEncodedText(
          bytes,
          start,
          end,
          valueKind.quoted | (isAscii(bytes, start, end) ? 0 : valueKind.beyondAscii),
        );
        return true;
    }
  }

  #writeNumber(bytes: Buffer, start: number, end: number, style: number): boolean {
    const { formats, is1904, roundTo15Digits } = this.#context;
    const format = formatOfStyle(formats, style);
    const builder = this.#builder;
    if (format === showsNumber) {
      if (isExactNumber(bytes, start, end)) {
        builder.addEncodedBare(bytes, start, end);
        return true;
      }
    } else {
      // Whether a value that is only white space counts as zero is not decided here.
      if ((bytes[start] as number) <= space) return false;
      const integer = smallInteger(bytes, start, end);
      const serial = integer < 0 ? Number(bytes.toString('latin1', start, end)) : integer;
      const kind = format(serial);
      if (!Number.isFinite(serial)) return false;
      if (kind !== 'number') {
        const iso = serialToIso(serial, kind, is1904);
        if (iso === undefined) return false;
        builder.addBare(iso);
        return true;
      }
    }
    const exact = exactNumber(bytes.toString('latin1', start, end), roundTo15Digits);
    if (exact === undefined) return false;
    builder.addBare(exact);
    return true;
  }

  #addNull(): void {
    this.#builder.addNull();
    this.#written += 1;
  }
}

/** Bytes of the names of attributes that programs write. */
const isNameByte = (byte: number): boolean =>
  (byte >= lowerA && byte <= lowerZ) || (byte >= upperA && byte <= upperZ) || isDigit(byte) || byte === colon;

const hidden = literal('hidden');

function skipSpace(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === space || bytes[at] === lineFeed) at += 1;
  return at;
}

function shortType(byte: number): number {
  if (byte === lowerS) return cellType.shared;
  if (byte === lowerN) return cellType.number;
  return byte === lowerB ? cellType.boolean : 0;
}
