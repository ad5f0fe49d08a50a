import { exportRows, type ExportOptions } from '../../shared/src/datasets/export/export-rows.ts';
import type { RowsRequest } from '../../shared/src/datasets/export/row-source.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';

/** An exported file, with the number of its rows. */
export interface ExportedFile {
  bytes: Buffer;
  text: string;
  rows: number;
}

const defaults: ExportOptions = {
  format: 'csv',
  delimiter: ',',
  header: true,
  byteOrderMark: false,
  protectFormulas: false,
  sheetName: 'Export',
};

/** Exports rows through their own connection; as CSV unless the options say otherwise. */
export async function exportFile(
  address: string,
  request: RowsRequest,
  options: Partial<ExportOptions> = {},
): Promise<ExportedFile> {
  const target = await openTarget(address);
  try {
    const exported = exportRows(await target.openRows(request), { ...defaults, ...options });
    const pieces: Uint8Array[] = [];
    for await (const piece of exported.bytes) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    return { bytes, text: bytes.toString('utf8'), rows: exported.rows };
  } finally {
    await target.close();
  }
}
