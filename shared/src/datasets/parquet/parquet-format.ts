import { isBinary } from '../bytes/refuse-binary.ts';
import type { TypedFormat } from '../formats/row-source.ts';
import { ParquetRows } from './parquet-rows.ts';

/** Parquet files. A text can start with the same letters, but has no binary data. */
export const parquetFormat: TypedFormat = {
  matches: (start) =>
    /^PAR[1E]$/.test(String.fromCharCode(...start.subarray(0, 4))) && isBinary(start.subarray(0, 4096)),
  open: (bytes, options, onReject) => new ParquetRows(bytes, options, onReject),
};
