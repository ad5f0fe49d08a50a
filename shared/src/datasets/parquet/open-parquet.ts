import { parquetMetadata, parquetSchema } from 'hyparquet/src/metadata.js';
import type { RowGroup } from 'hyparquet';
import { PipewrightError } from '../../host/error.ts';
import { badParquet, refusedParquet } from './bad-parquet.ts';
import { columnsOf, type ParquetColumn } from './parquet-column.ts';

/** The structure of a Parquet file. */
export interface ParquetFile {
  columns: ParquetColumn[];
  rowGroups: RowGroup[];
}

/**
 * Reads the structure of a Parquet file from its end.
 * @param file the whole file
 * @param flatten whether the fields of nested objects become columns such as `address.city`
 * @throws PipewrightError `invalid-file` for a damaged file, `invalid-input` for an encrypted one or types that are not supported
 * @see https://github.com/apache/parquet-format#file-format
 */
export function openParquet(file: Buffer, flatten: boolean): ParquetFile {
  const [head, tail] = [file.toString('latin1', 0, 4), file.toString('latin1', file.length - 4)];
  if (head === 'PARE' || tail === 'PARE') throw encrypted();
  if (file.length < 12 || tail !== 'PAR1') throw badParquet('its end is missing, so it is probably incomplete');
  try {
    return readStructure(file, flatten);
  } catch (error) {
    throw error instanceof PipewrightError ? error : badParquet('its structure cannot be read', error);
  }
}

function readStructure(file: Buffer, flatten: boolean): ParquetFile {
  const metadata = parquetMetadata(file, { geoparquet: false });
  for (const { columns } of metadata.row_groups)
    for (const { crypto_metadata, encrypted_column_metadata, file_path, meta_data } of columns) {
      if (crypto_metadata ?? encrypted_column_metadata) throw encrypted();
      if (file_path)
        throw refusedParquet(
          'The Parquet file has no rows: it is the summary of a folder of Parquet files.',
          'Use one of the other files in the folder.',
        );
      if (!meta_data) throw badParquet('a column is missing');
    }
  const variant = metadata.schema.find(({ logical_type }) => logical_type?.type === 'VARIANT');
  if (variant)
    throw refusedParquet(
      `The column “${variant.name}” of the Parquet file has the type VARIANT, which is not supported.`,
      'Write the column as text in JSON, or export the table as JSON Lines and use that file.',
    );
  if (metadata.schema.some(({ name }) => typeof name !== 'string')) throw badParquet('a column has no name');
  const rows = metadata.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  if (rows !== metadata.num_rows)
    throw badParquet(`its structure states ${metadata.num_rows} rows, but its row groups have ${rows}`);
  return { columns: columnsOf(parquetSchema(metadata), flatten), rowGroups: metadata.row_groups };
}

const encrypted = (): Error =>
  refusedParquet('The Parquet file is encrypted.', 'Write the file without encryption, or decrypt it first.');
