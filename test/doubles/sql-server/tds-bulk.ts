import { TdsReader } from './tds-reader.ts';

/** A column in the metadata of `INSERT BULK`. */
export interface BulkColumn {
  name: string;
  /** `nvarchar(4000)` or `nvarchar(max)`. */
  declaration: string;
}

/** Parses the columns and rows of a bulk data message; all columns must be nvarchar. */
export function readBulk(data: Buffer): { columns: BulkColumn[]; rows: (string | null)[][] } {
  const reader = new TdsReader(data);
  if (reader.byte() !== 0x81) throw new Error('Bulk data does not start with its columns.');
  const found = Array.from({ length: reader.short() }, () => {
    reader.integer();
    reader.short();
    if (reader.byte() !== 0xe7) throw new Error('A column of bulk data is not nvarchar.');
    const longest = reader.short();
    reader.bytes(5);
    return { name: reader.shortText(), longest };
  });
  const rows: (string | null)[][] = [];
  for (let token = reader.byte(); token === 0xd1; token = reader.byte())
    rows.push(found.map(({ longest }) => reader.nvarchar(longest)));
  reader.at -= 1;
  if (reader.byte() !== 0xfd || (reader.bytes(12), !reader.isAtEnd))
    throw new Error('Bulk data does not end correctly.');
  return {
    columns: found.map(({ name, longest }) => ({
      name,
      declaration: `nvarchar(${longest === 0xffff ? 'max' : longest / 2})`,
    })),
    rows,
  };
}
