import { isBinary } from '../bytes/refuse-binary.ts';
import type { TypedFormat } from '../formats/row-source.ts';

/** Parquet files. A text can start with the same letters, but has no binary data. */
export const parquetFormat: TypedFormat = {
  matches: (start) =>
    /^PAR[1E]$/.test(String.fromCharCode(...start.subarray(0, 4))) && isBinary(start.subarray(0, 4096)),
  async open(bytes, options, onReject) {
    const { ParquetRows } = await import('./parquet-rows.ts');
    return new ParquetRows(bytes, options, onReject);
  },
};
