import { excelFormat } from '../excel/excel-format.ts';
import { parquetFormat } from '../parquet/parquet-format.ts';
import type { TypedFormat } from './row-source.ts';

/** All formats that are not text. To add one, see docs/architecture.md. */
export const typedFormats: readonly TypedFormat[] = [excelFormat, parquetFormat];
