import { badWorkbook } from './bad-workbook.ts';
import {
  columnLetters,
  columnOf,
  maxColumns,
  maxRows,
  readCellReference,
  rowOf,
  type CellArea,
} from './cell-reference.ts';
import { StringItem } from './string-item.ts';
import type { XmlAttributes, XmlHandler } from './xml-reader.ts';

/** A cell as it is stored: its type, its style, and its texts. */
export interface RawCell {
  /** From 1. */
  column: number;
  /** Data type: `n`, `s`, `str`, `inlineStr`, `b`, `e` or `d` (ECMA-376 part 1, section 18.18.11). */
  type: string;
  /** Index of the cell style. */
  style: number;
  /** Content of `<v>`; undefined if the cell has none. */
  value: string | undefined;
  /** Text of `<is>`; undefined if the cell has none. */
  inline: string | undefined;
  isFormula: boolean;
}

/** Receives the rows of a worksheet that have cells in the area, from top to bottom. The cells are reused for the next row. */
export type OnRow = (row: number, cells: readonly RawCell[]) => void;

/**
 * Reads the rows of a worksheet (`xl/worksheets/sheet1.xml`). Rows and cells without a reference follow the one before.
 * @throws PipewrightError `invalid-file` for cells that are repeated or outside of a worksheet
 */
export class SheetCells implements XmlHandler {
  /** Number of the last row that was read. */
  lastRow = 0;
  readonly #area: CellArea;
  readonly #skipHidden: boolean;
  readonly #onRow: OnRow;
  readonly #item = new StringItem();
  #isData = false;
  #isHidden = false;
  /** The current row; 0 if its number is not known yet. */
  #row = 0;
  #lastColumn = 0;
  readonly #cells: RawCell[] = [];
  /** Cells to reuse: a large worksheet has millions. */
  readonly #pool: RawCell[] = [];
  #cell: RawCell | undefined;
  #isValue = false;
  #isInline = false;

  constructor(area: CellArea, skipHidden: boolean, onRow: OnRow) {
    this.#area = area;
    this.#skipHidden = skipHidden;
    this.#onRow = onRow;
  }

  open(name: string, attributes: XmlAttributes): void {
    if (this.#cell) {
      if (this.#isInline) this.#item.open(name);
      else if (name === 'v') {
        this.#isValue = true;
        this.#cell.value ??= '';
      } else if (name === 'f') this.#cell.isFormula = true;
      else if (name === 'is') {
        this.#isInline = true;
        this.#item.clear();
      }
    } else if (name === 'c' && this.#isData) this.#openCell(attributes);
    else if (name === 'row' && this.#isData) this.#openRow(attributes);
    else if (name === 'sheetData') this.#isData = true;
  }

  text(text: string): void {
    if (this.#isValue && this.#cell) this.#cell.value += text;
    else if (this.#isInline) this.#item.text(text);
  }

  close(name: string): void {
    if (this.#cell) {
      if (name === 'v') this.#isValue = false;
      else if (name === 'c') this.#closeCell(this.#cell);
      else if (name === 'is') {
        this.#isInline = false;
        this.#cell.inline = this.#item.value;
      } else if (this.#isInline) this.#item.close(name);
    } else if (name === 'row' && this.#isData) this.#closeRow();
    else if (name === 'sheetData') this.#isData = false;
  }

  #openRow(attributes: XmlAttributes): void {
    const number = attributes.get('r');
    this.#row = number === undefined ? 0 : Number(number);
    if (number !== undefined) this.#checkRow();
    this.#isHidden = this.#skipHidden && attributes.isOn('hidden');
    this.#lastColumn = 0;
    this.#cells.length = 0;
  }

  #checkRow(): void {
    if (!(this.#row > this.lastRow && this.#row <= maxRows) || !Number.isInteger(this.#row))
      throw badWorkbook(`row ${String(this.#row).slice(0, 20)} follows row ${this.lastRow}`);
  }

  #openCell(attributes: XmlAttributes): void {
    const text = attributes.get('r');
    let column = this.#lastColumn + 1;
    if (text !== undefined) {
      const reference = readCellReference(text);
      if (reference === 0) throw badWorkbook(`it has a cell “${text.slice(0, 20)}”`);
      column = columnOf(reference);
      if (this.#row === 0) {
        this.#row = rowOf(reference);
        this.#checkRow();
      } else if (rowOf(reference) !== this.#row) throw badWorkbook(`the cell ${text} is in row ${this.#row}`);
    }
    if (column > maxColumns) throw badWorkbook(`row ${this.#row} has more than ${maxColumns} cells`);
    this.#lastColumn = column;
    const style = attributes.get('s');
    const cell = (this.#pool[this.#cells.length] ??= {
      column,
      type: 'n',
      style: 0,
      value: undefined,
      inline: undefined,
      isFormula: false,
    });
    cell.column = column;
    cell.type = attributes.get('t') ?? 'n';
    cell.style = style === undefined ? 0 : Number(style);
    cell.value = cell.inline = undefined;
    cell.isFormula = false;
    this.#cell = cell;
  }

  #closeCell(cell: RawCell): void {
    this.#cell = undefined;
    if (cell.value === undefined && cell.inline === undefined && !cell.isFormula) return;
    const { left, right } = this.#area;
    if (cell.column < left || cell.column > right) return;
    this.#cells.push(cell);
    if (this.#cells.length > maxColumns) throw badWorkbook(`row ${this.#row} has more than ${maxColumns} cells`);
  }

  #closeRow(): void {
    if (this.#row === 0) this.#row = this.lastRow + 1;
    const row = this.#row;
    if (row > maxRows) throw badWorkbook(`it has more than ${maxRows} rows`);
    this.lastRow = row;
    const { top, bottom } = this.#area;
    if (this.#cells.length === 0 || this.#isHidden || row < top || row > bottom) return;
    this.#sort(row);
    this.#onRow(row, this.#cells);
  }

  /** Puts the cells into the order of their columns, which some programs do not keep. */
  #sort(row: number): void {
    const cells = this.#cells;
    let inOrder = true;
    for (let at = 1; at < cells.length && inOrder; at += 1)
      inOrder = (cells[at - 1] as RawCell).column < (cells[at] as RawCell).column;
    if (inOrder) return;
    cells.sort((one, other) => one.column - other.column);
    for (let at = 1; at < cells.length; at += 1) {
      const { column } = cells[at] as RawCell;
      if (cells[at - 1]?.column === column) throw badWorkbook(`the cell ${columnLetters(column)}${row} exists twice`);
    }
  }
}
