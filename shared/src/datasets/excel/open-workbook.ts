import type { Bytes } from '../../host/bytes.ts';
import { readWhole } from '../bytes/read-whole.ts';
import { notATable } from '../bytes/refuse-binary.ts';
import { documentKind } from '../bytes/zip-documents.ts';
import { ZipDirectory } from '../bytes/zip-directory.ts';

/**
 * Reads a workbook into memory.
 * @throws PipewrightError `invalid-input` for a workbook that is too large, or another kind of document
 */
export async function openWorkbook(bytes: Bytes): Promise<ZipDirectory> {
  const hint = 'Save the sheet as CSV (UTF-8) and use that file.';
  const zip = new ZipDirectory(await readWhole(bytes, 'The Excel workbook', hint));
  for (const name of zip.names) {
    const document = documentKind(name);
    if (document) throw notATable(document.name, document.hint);
  }
  return zip;
}
