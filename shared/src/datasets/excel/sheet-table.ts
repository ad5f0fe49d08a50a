import { PipewrightError } from '../../host/error.ts';
import { nameColumns } from '../formats/column-names.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { headerOf, unclearHeader } from '../formats/detect-header.ts';
import { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import { kindOfValue } from '../formats/value-kind.ts';
import { belowTitle, recordOf, refuseFewNames } from './below-title.ts';
import { columnLetters } from './cell-reference.ts';
import { cellValue, type CellContext, type CellValue } from './cell-value.ts';
import type { ChosenArea } from './choose-area.ts';
import { withSheets } from './other-sheets.ts';
import type { RawCell } from './sheet-cells.ts';
import type { SheetRow } from './sheet-row.ts';

/** Limits of the rows that decide which columns without a name are part of the table. */
const sampleLimits = { rows: 1_000, cells: 500_000 };

/** Rows that decide whether a first row with numbers or dates contains names. */
const maxHeaderRows = 50;

/** Size of a block. */
const bytesPerBlock = 128 * 1024;

/** Columns of a whole column range that can be named before the sheet is read. */
const maxChosenColumns = 2_000;

const nothing: CellValue = { kind: 'null' };

/** How to turn the rows of a worksheet into a table. */
export interface SheetTableOptions {
  delimiter: string;
  /** Whether the first row contains the column names; undefined to detect it. */
  header: boolean | undefined;
  /** Rows to skip before it, counted from the first row of the area; undefined to detect a title. */
  skipRows: number | undefined;
  invalidCells: 'reject' | 'null';
  /** Names of the other worksheets, for the hint of a header that is not certain; empty if there are none or the user chose one. */
  others: string;
}

/**
 * Turns the rows of a worksheet into the rows of a table. The first row with a value, after Skip Rows, is the header,
 * unless it has numbers or dates like the rows below.
 * Rows without a value are skipped. A column is part of the table if it has a name, or a value in one of the first
 * thousand rows; a row with a value in another column is rejected, like a row with too many values in CSV.
 */
export class SheetTable {
  /** Column names, once known. */
  header: string[] | undefined;
  /** Number of columns; 0 until they are known. */
  width = 0;
  /** Receives the values of the rows. */
  readonly builder: TypedBlockBuilder;
  readonly #area: ChosenArea;
  readonly #context: CellContext;
  readonly #options: SheetTableOptions;
  readonly #onReject: (reject: Reject) => void;
  readonly #blocks: CsvBlock[] = [];
  /** Number of blocks that were taken last. */
  #taken = 0;
  #headerRow: SheetRow | undefined;
  #sample: SheetRow[] | undefined = [];
  #sampleCells = 0;
  #sampleRows = 0;
  /** Place of each column of the sheet in the table, by its number. */
  #places: number[] = [];
  #values: CellValue[] = [];

  constructor(area: ChosenArea, context: CellContext, options: SheetTableOptions, onReject: (reject: Reject) => void) {
    this.#area = area;
    this.#context = context;
    this.#options = options;
    this.#onReject = onReject;
    this.builder = new TypedBlockBuilder(options.delimiter);
    this.builder.begin(bytesPerBlock);
  }

  /** The row of the sheet with the column names, from 1; undefined for a table without one. */
  get headerRow(): number | undefined {
    return this.#headerRow?.row;
  }

  /** Adds a row; its cells are not kept. */
  add(row: number, cells: readonly RawCell[]): void {
    if (row < this.#area.area.top + (this.#options.skipRows ?? 0)) return;
    if (!this.#sample) return this.#writeCells(row, cells);
    const found = this.#rowOf(row, cells);
    if (found.cells.length === 0) return;
    if (this.#options.header !== false && this.#area.columnNames === undefined && !this.#headerRow) {
      this.#headerRow = found;
      return;
    }
    this.#sample.push(found);
    this.#sampleCells += found.cells.length;
    if (this.#sample.length === sampleLimits.rows || this.#sampleCells > sampleLimits.cells) this.#begin(this.#sample);
  }

  /** Ends the table after the last row. */
  end(): void {
    if (this.#sample) this.#begin(this.#sample);
    this.#flush();
  }

  /** The place of a column of the sheet in the table; undefined for a column that is not part of it. */
  placeOf(column: number): number | undefined {
    return this.#places[column];
  }

  /** Returns the blocks that are complete, and forgets them. Nobody may read the offsets of those returned before. */
  take(): CsvBlock[] {
    this.builder.reuse(this.#taken);
    const blocks = this.#blocks.splice(0);
    this.#taken = blocks.length;
    return blocks;
  }

  #begin(found: readonly SheetRow[]): void {
    try {
      this.#start(found);
    } catch (error) {
      throw withSheets(error, this.#options.others);
    }
  }

  #start(found: readonly SheetRow[]): void {
    this.#sample = undefined;
    this.#sampleRows = found.length;
    const rows = this.#headerRow ? this.#belowTitle(this.#headerRow, found) : found;
    const sample = this.#headerRow && !this.#isHeader(this.#headerRow, rows) ? [this.#headerRow, ...rows] : rows;
    if (sample !== rows) this.#headerRow = undefined;
    const names = this.#columnNames(sample);
    const columns = [...names.keys()].sort((one, other) => one - other);
    if (columns.length === 0) return;
    if (this.#headerRow && this.#options.header === undefined && !this.#area.isChosen)
      refuseFewNames(this.#headerRow, sample, this.#area.area.top, columns, (value) => this.#textOf(value));
    this.header = nameColumns(columns.map((column) => names.get(column) ?? ''));
    columns.forEach((column, place) => {
      this.#places[column] = place;
    });
    this.width = columns.length;
    this.#values = new Array<CellValue>(columns.length).fill(nothing);
    for (const row of sample) this.#write(row);
  }

  /** Moves the header below a title; returns the rows below it. */
  #belowTitle(first: SheetRow, rows: readonly SheetRow[]): readonly SheetRow[] {
    const isSkipped = this.#options.skipRows !== undefined;
    const [header = first, ...below] = belowTitle([first, ...rows], {
      top: this.#area.area.top,
      isSkipped,
      textOf: (value) => this.#textOf(value),
    });
    this.#headerRow = header;
    return below;
  }

  /** @throws PipewrightError `invalid-file` for a first row with numbers or dates that could be names or values */
  #isHeader(first: SheetRow, rows: readonly SheetRow[]): boolean {
    if (this.#options.header !== undefined || areTextsAboveValues(first, rows)) return true;
    const textOf = (value: CellValue): string => this.#textOf(value);
    const columns = first.cells.map(({ column }) => column);
    const record = recordOf(first, columns, textOf);
    const verdict = headerOf([record, ...rows.slice(0, maxHeaderRows).map((row) => recordOf(row, columns, textOf))]);
    // Texts that look like those below are rather names than values, except addresses.
    const areTexts = first.cells.every(({ value }) => value.kind !== 'bare');
    const areAddresses = record.values.every((text) => kindOfValue(text) === 'address');
    if (verdict === 'unclear' || (verdict === 'no' && areTexts && !areAddresses)) throw unclearHeader(record, 'Row');
    return verdict === 'yes';
  }

  /** The columns of the table with their names, empty for columns without one. */
  #columnNames(sample: readonly SheetRow[]): Map<number, string> {
    const { area, isChosen, columnNames } = this.#area;
    const names = new Map<number, string>();
    if (isChosen && area.right - area.left < maxChosenColumns)
      for (let column = area.left; column <= area.right; column += 1)
        names.set(column, columnNames?.[column - area.left] ?? '');
    for (const { column, value } of this.#headerRow?.cells ?? []) {
      if (value.kind === 'invalid')
        throw new PipewrightError({
          code: 'invalid-file',
          message: `The cell ${columnLetters(column)}${this.#headerRow?.row} in the header row ${value.reason}.`,
          hint: 'Correct the cell, or set Skip Rows so that the header row is another one.',
        });
      names.set(column, this.#textOf(value));
    }
    for (const { cells } of sample) for (const { column } of cells) if (!names.has(column)) names.set(column, '');
    return names;
  }

  #rowOf(row: number, cells: readonly RawCell[]): SheetRow {
    const found: SheetRow = { row, cells: [] };
    for (const cell of cells) {
      const value = cellValue(cell, this.#context);
      if (value.kind !== 'null') found.cells.push({ column: cell.column, value });
    }
    return found;
  }

  /** Writes a row of the sample. */
  #write(found: SheetRow): void {
    const { row, cells } = found;
    this.#values.fill(nothing);
    let reason: string | undefined;
    for (const { column, value } of cells) reason ??= this.#place(row, column, value);
    this.#end(row, reason, () => found);
  }

  /** Writes a row without collecting its values first, as nearly all rows are written. */
  #writeCells(row: number, cells: readonly RawCell[]): void {
    this.#values.fill(nothing);
    let isEmpty = true;
    let reason: string | undefined;
    for (const cell of cells) {
      const value = cellValue(cell, this.#context);
      if (value.kind === 'null') continue;
      isEmpty = false;
      reason ??= this.#place(row, cell.column, value);
    }
    if (!isEmpty) this.#end(row, reason, () => this.#rowOf(row, cells));
  }

  /** Puts a value into its place; returns why it makes the row invalid. */
  #place(row: number, column: number, value: CellValue): string | undefined {
    const place = this.#places[column];
    if (place === undefined)
      return `has a value in the cell ${columnLetters(column)}${row}, but the column ${columnLetters(column)} has no name, and no value in the first ${this.#sampleRows} rows`;
    this.#values[place] = value;
    return value.kind === 'invalid' && this.#options.invalidCells === 'reject'
      ? `has a cell ${columnLetters(column)}${row} (column “${this.header?.[place]}”) that ${value.reason}`
      : undefined;
  }

  /** Writes the current values as a row, or rejects it. */
  #end(row: number, reason: string | undefined, rowOf: () => SheetRow): void {
    if (reason !== undefined) return this.#reject(row, rowOf().cells, reason);
    const builder = this.builder;
    for (const value of this.#values) {
      if (value.kind === 'shared') this.#context.strings.write(value.index, builder);
      else if (value.kind === 'bare') builder.addBare(value.text);
      else if (value.kind === 'text') builder.addText(value.text);
      else builder.addNull();
    }
    this.endRow(row);
  }

  /** Ends a row whose values the builder has received. */
  endRow(row: number): void {
    this.builder.endRow(row);
    if (this.builder.size >= bytesPerBlock) this.#flush();
  }

  #flush(): void {
    this.#blocks.push(this.builder.build(this.width));
    this.builder.begin(bytesPerBlock);
  }

  #reject(row: number, cells: SheetRow['cells'], reason: string): void {
    this.#onReject({
      line: row,
      reason,
      text: cells
        .map(({ value }) => this.#textOf(value))
        .join(this.#options.delimiter)
        .slice(0, 1_000),
    });
  }

  #textOf(value: CellValue): string {
    switch (value.kind) {
      case 'null':
        return '';
      case 'shared':
        return this.#context.strings.textOf(value.index);
      case 'invalid':
        return value.shown;
      case 'text':
      case 'bare':
        return value.text;
    }
  }
}

/** Whether a row has only texts, and nothing is below it, or one of them is above a column without texts, unlike texts in CSV. */
function areTextsAboveValues({ cells }: SheetRow, rows: readonly SheetRow[]): boolean {
  if (cells.some(({ value }) => value.kind === 'bare')) return false;
  /** Whether each column with values has a text. */
  const hasText = new Map<number, boolean>();
  for (const row of rows.slice(0, maxHeaderRows))
    for (const { column, value } of row.cells)
      hasText.set(column, hasText.get(column) === true || value.kind !== 'bare');
  return rows.length === 0 || cells.some(({ column }) => hasText.get(column) === false);
}
