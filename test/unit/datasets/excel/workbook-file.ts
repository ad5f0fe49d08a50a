import { zipSync, type Zippable } from 'fflate';

/** A worksheet to write. */
export interface SheetFile {
  /** Default: Sheet1, Sheet2, … */
  name?: string;
  /** The content of `sheetData`. */
  rows: string;
  state?: 'hidden' | 'veryHidden';
  /** Attributes of its table, `tableColumns` included: `[ref, attributes, content]`. */
  table?: string;
}

/** A small workbook to write, as XML. */
export interface WorkbookFile {
  sheets: readonly SheetFile[];
  /** The content of each shared string. */
  strings?: readonly string[];
  /** Format codes of the cell styles 1, 2, …; a number is a built-in format. */
  formats?: readonly (string | number)[];
  /** Elements of the workbook before and after its sheets. */
  before?: string;
  after?: string;
  /** Files to add or replace, as text or bytes; undefined removes one. */
  parts?: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** Namespaces and relationship types of strict Office Open XML. Default: false. */
  isStrict?: boolean;
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The content types of the parts, which other libraries need. */
function contentTypes(sheets: number): string {
  const parts = [
    ['/xl/workbook.xml', 'sheet.main'],
    ['/xl/styles.xml', 'styles'],
    ['/xl/sharedStrings.xml', 'sharedStrings'],
    ...Array.from({ length: sheets }, (_value, index) => [`/xl/worksheets/sheet${index + 1}.xml`, 'worksheet']),
  ];
  return `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${parts
    .map(
      ([name, type]) =>
        `<Override PartName="${name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${type}+xml"/>`,
    )
    .join('')}</Types>`;
}

/** Writes a workbook. */
export function workbookFile({
  sheets,
  strings = [],
  formats = [],
  before = '',
  after = '',
  parts = {},
  isStrict = false,
}: WorkbookFile): Uint8Array {
  const main = isStrict
    ? 'http://purl.oclc.org/ooxml/spreadsheetml/main'
    : 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relationship = isStrict
    ? 'http://purl.oclc.org/ooxml/officeDocument/relationships'
    : 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = (entries: readonly [id: string, type: string, target: string][]): string =>
    `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${entries
      .map(([id, type, target]) => `<Relationship Id="${id}" Type="${relationship}/${type}" Target="${target}"/>`)
      .join('')}</Relationships>`;
  const numberFormats = formats.map((format, index) => ({
    format,
    id: typeof format === 'number' ? format : 164 + index,
  }));
  const files: Record<string, string | Uint8Array | undefined> = {
    '[Content_Types].xml': contentTypes(sheets.length),
    '_rels/.rels': relations([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `${declaration}<workbook xmlns="${main}" xmlns:r="${relationship}">${before}<sheets>${sheets
      .map(
        ({ name, state }, index) =>
          `<sheet name="${escape(name ?? `Sheet${index + 1}`)}" sheetId="${index + 1}"${state ? ` state="${state}"` : ''} r:id="rId${index + 1}"/>`,
      )
      .join('')}</sheets>${after}</workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_sheet, index): [string, string, string] => [
        `rId${index + 1}`,
        'worksheet',
        `worksheets/sheet${index + 1}.xml`,
      ]),
      ['rIdStyles', 'styles', 'styles.xml'],
      ['rIdStrings', 'sharedStrings', '/xl/sharedStrings.xml'],
    ]),
    'xl/styles.xml': `${declaration}<styleSheet xmlns="${main}"><numFmts>${numberFormats
      .filter(({ format }) => typeof format === 'string')
      .map(({ format, id }) => `<numFmt numFmtId="${id}" formatCode="${escape(String(format))}"/>`)
      .join(
        '',
      )}</numFmts><cellStyleXfs><xf numFmtId="14"/><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${numberFormats
      .map(({ id }) => `<xf numFmtId="${id}"/>`)
      .join('')}</cellXfs><dxfs><dxf><numFmt numFmtId="164" formatCode="0.0"/></dxf></dxfs></styleSheet>`,
    ...Object.fromEntries(
      sheets.flatMap(({ rows, table }, index): [string, string][] => [
        [
          `xl/worksheets/sheet${index + 1}.xml`,
          `${declaration}<worksheet xmlns="${main}"><dimension ref="A1"/><sheetData>${rows}</sheetData></worksheet>`,
        ],
        ...(table === undefined
          ? []
          : ([
              [
                `xl/worksheets/_rels/sheet${index + 1}.xml.rels`,
                relations([['rId1', 'table', '../tables/table1.xml']]),
              ],
              ['xl/tables/table1.xml', `${declaration}<table xmlns="${main}" ${table}</table>`],
            ] as [string, string][])),
      ]),
    ),
    'xl/sharedStrings.xml': `${declaration}<sst xmlns="${main}">${strings.map((content) => `<si>${content}</si>`).join('')}</sst>`,
    ...parts,
  };
  const zippable: Zippable = {};
  for (const [name, content] of Object.entries(files))
    if (content !== undefined) zippable[name] = typeof content === 'string' ? Buffer.from(content) : content;
  return zipSync(zippable);
}

/** A workbook with one worksheet; each row is the content of a `row` element without references. */
export function sheetFile(rows: readonly string[], more: Omit<WorkbookFile, 'sheets'> = {}): Uint8Array {
  return workbookFile({ ...more, sheets: [{ rows: rows.map((cells) => `<row>${cells}</row>`).join('') }] });
}

/** A cell with a text. */
export const textCell = (text: string): string => `<c t="inlineStr"><is><t>${escape(text)}</t></is></c>`;

/** A cell with a number and a style. */
export const numberCell = (value: number | string, style?: number): string =>
  `<c${style === undefined ? '' : ` s="${style}"`}><v>${value}</v></c>`;
