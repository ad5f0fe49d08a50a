/**
 * Reads a workbook with Pipewright, or as n8n's Extract from File does, in a process of its own, so that its memory can be
 * measured: `node test/bench/read-workbook.ts own|sheetjs <file>`.
 */
import { createReadStream, readFileSync } from 'node:fs';

const [, , reader, file = ''] = process.argv;
if (reader === 'own') {
  const { DatasetReader } = await import('../../shared/src/datasets/formats/dataset-reader.ts');
  for await (const _block of new DatasetReader(createReadStream(file), {}, () => undefined).blocks());
} else {
  const { read, utils } = await import('@e965/xlsx');
  const { Sheets, SheetNames } = read(readFileSync(file));
  const items = utils.sheet_to_json(Sheets[SheetNames[0] ?? ''] ?? {}).map((json) => ({ json }));
  if (items.length === 0) throw new Error('SheetJS found no rows.');
}
