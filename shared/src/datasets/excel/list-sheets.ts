import type { Bytes } from '../../host/bytes.ts';
import { closeStream } from '../../http/close-stream.ts';
import { peekBytes } from '../bytes/peek-bytes.ts';
import { unpack } from '../bytes/unpack.ts';
import { excelFormat } from './excel-format.ts';
import { openWorkbook } from './open-workbook.ts';
import { readWorkbook } from './workbook.ts';

/** Bytes by which a workbook is recognized. */
const sampleBytes = 4096;

/**
 * The names of the visible worksheets of a workbook in the order of their tabs; none for any other file, of which only the start is
 * read.
 * @param fileInZip name of the workbook in a ZIP with several files
 * @throws PipewrightError `invalid-input` for a workbook that is too large or damaged
 */
export async function listSheets(bytes: Bytes, fileInZip?: string): Promise<string[]> {
  const { start, all } = await peekBytes(unpack(bytes, fileInZip), sampleBytes);
  if (!excelFormat.matches(start)) {
    await closeStream(all);
    return [];
  }
  const { sheets } = await readWorkbook(await openWorkbook(all));
  return sheets.filter(({ isVisible }) => isVisible).map(({ name }) => name);
}
