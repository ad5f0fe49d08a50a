import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import { csvFormatOf, type DatasetFormat } from '../formats/decode-dataset.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import type { RowSource } from '../formats/row-source.ts';
import { chooseArea } from './choose-area.ts';
import { emptySheet, otherSheets } from './other-sheets.ts';
import { openWorkbook } from './open-workbook.ts';
import { PlainRows } from './plain-rows.ts';
import { SharedStrings } from './shared-strings.ts';
import { SheetCells } from './sheet-cells.ts';
import { SheetTable } from './sheet-table.ts';
import { readStyles } from './styles.ts';
import { readWorkbook } from './workbook.ts';
import { parseXml } from './xml-reader.ts';

/**
 * The rows of a worksheet of an Excel workbook (.xlsx or .xlsm, Office Open XML). Most workbooks store the texts of a sheet
 * behind it, so the compressed file is held in memory; the sheet itself is streamed.
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-376/
 */
export class ExcelRows implements RowSource {
  readonly unit = 'row';
  readonly quotedIsText = true;
  readonly datesAreTimestamps = true;
  bytesRead = 0;
  readonly #bytes: Bytes;
  readonly #options: CsvFormat & DatasetFormat;
  readonly #onReject: (reject: Reject) => void;
  #table: SheetTable | undefined;
  #sheet = '';

  constructor(bytes: Bytes, options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void) {
    this.#bytes = bytes;
    this.#options = options;
    this.#onReject = onReject;
  }

  get header(): string[] | undefined {
    return this.#table?.header;
  }

  get detected(): DetectedFormat | undefined {
    return this.header && { format: 'Excel', sheet: this.#sheet, headerLine: this.#table?.headerRow ?? 0 };
  }

  async *blocks(): AsyncGenerator<CsvBlock> {
    refuseTextOptions(this.#options);
    const zip = await openWorkbook(this.#bytes);
    const { skipRows, skipHiddenRows = false, invalidCells = 'reject', roundTo15Digits = false } = this.#options;
    const { delimiter } = csvFormatOf(this.#options);
    const workbook = await readWorkbook(zip);
    const area = await chooseArea(zip, workbook, this.#options);
    this.#sheet = area.sheet.name;
    const others = this.#options.sheet === undefined ? otherSheets(workbook, area.sheet) : '';
    const strings = new SharedStrings();
    if (workbook.sharedStrings !== undefined) await strings.read(zip.read(workbook.sharedStrings));
    const formats = workbook.styles === undefined ? [] : await readStyles(zip.read(workbook.styles));
    const { is1904, isOutdated } = workbook;
    const context = { strings, formats, is1904, isOutdated, roundTo15Digits };
    const table = new SheetTable(
      area,
      context,
      { delimiter, header: this.#options.header, skipRows, invalidCells, others },
      this.#onReject,
    );
    this.#table = table;
    const cells = new SheetCells(area.area, skipHiddenRows, (row, found) => table.add(row, found));
    const plain = new PlainRows(cells, table, context, area.area, {
      skipRows: skipRows ?? 0,
      skipHidden: skipHiddenRows,
    });
    for await (const length of parseXml(zip.read(area.sheet.path), cells, plain)) {
      this.bytesRead += length;
      yield* table.take();
    }
    table.end();
    if (!table.header && others !== '') throw emptySheet(area.sheet, others);
    yield* table.take();
  }
}

/** Refuses options for lines of text, which would otherwise be ignored. @throws PipewrightError `invalid-input` */
function refuseTextOptions({ skipLastRows = 0, comment, jsonPath }: CsvFormat & DatasetFormat): void {
  if (jsonPath !== undefined)
    throw new PipewrightError({
      code: 'invalid-input',
      message: '“Path to Rows” is set, but the file is an Excel workbook.',
      hint: 'Clear Path to Rows, or check that it is the right file.',
    });
  if (skipLastRows === 0 && comment === undefined) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${comment === undefined ? 'Skip Last Rows' : 'Comment Prefix'}” is set, but the file is an Excel workbook.`,
    hint: 'Clear it, and limit the cells with Cell Range or Table instead.',
  });
}
