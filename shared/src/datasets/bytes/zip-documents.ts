/** A document format based on ZIP: its name, and what to do. */
export interface DocumentKind {
  name: string;
  hint: string;
}

const saveAsXlsx = 'Save it as an Excel workbook (.xlsx), or the sheet as CSV (UTF-8), and use that file.';
const wrongFile = 'Check that it is the right file.';

/** File names that identify a document format. */
const kinds: readonly [name: RegExp, kind: DocumentKind][] = [
  [/^xl\/workbook\.bin$/i, { name: 'a binary Excel workbook (.xlsb)', hint: saveAsXlsx }],
  [
    /^word\/document\.xml$/i,
    { name: 'a Word document (.docx)', hint: 'Save the table as CSV (UTF-8) and use that file.' },
  ],
  [/^ppt\/presentation\.xml$/i, { name: 'a PowerPoint presentation (.pptx)', hint: wrongFile }],
  [
    /^index\/.*\.iwa$/i,
    {
      name: 'a Numbers spreadsheet or another Apple iWork document',
      hint: 'Export it as an Excel workbook (.xlsx) or as CSV (UTF-8) and use that file.',
    },
  ],
  [
    /^index\.zip$/i,
    {
      name: 'a Numbers spreadsheet or another Apple iWork document',
      hint: 'Export it as an Excel workbook (.xlsx) or as CSV (UTF-8) and use that file.',
    },
  ],
  [/^meta-inf\/manifest\.mf$/i, { name: 'a Java archive (.jar)', hint: wrongFile }],
];

/** The document format of a ZIP that contains a file with this name. */
export function documentKind(name: string): DocumentKind | undefined {
  return kinds.find(([pattern]) => pattern.test(name))?.[1];
}

/** Whether a file is a part of an Excel workbook (.xlsx or .xlsm). */
export function isWorkbookPart(name: string): boolean {
  return /^xl\/(?:workbook\.xml|worksheets\/.*)$/i.test(name);
}

/**
 * Whether a file starts like an Excel workbook or another Office document: a ZIP whose first file is one of its parts.
 * The format requires no order, but nearly all known programs start with one of these folders; some have none.
 */
export function isOfficeDocument(start: Uint8Array): boolean {
  const head = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  if (head.length < 30 || head.readUInt32LE(0) !== 0x04034b50) return false;
  const name = head.toString('latin1', 30, 30 + head.readUInt16LE(26)).replaceAll('\\', '/');
  return /^\/?(?:\[Content_Types\]\.xml$|_rels\/|docProps\/|customXml\/|\[trash\]\/|(?:xl|word|ppt)\/|(?:workbook|sheet\d+)\.xml$)/i.test(
    name,
  );
}

/** Whether a file is part of some Office document. */
export function isDocumentPart(name: string): boolean {
  return /^(\[Content_Types\]\.xml|_rels\/\.rels|docProps\/.*)$/i.test(name);
}

/** The document format declared in a file named `mimetype`, as in OpenDocument and EPUB. */
export function documentOfMimetype(text: string): DocumentKind | undefined {
  if (text.includes('opendocument.spreadsheet'))
    return { name: 'an OpenDocument spreadsheet (.ods)', hint: saveAsXlsx };
  if (text.includes('opendocument'))
    return {
      name: 'an OpenDocument document (such as .odt)',
      hint: 'Save the table as CSV (UTF-8) and use that file.',
    };
  return text.includes('epub') ? { name: 'an e-book (.epub)', hint: wrongFile } : undefined;
}
