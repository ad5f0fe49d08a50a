import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read, utils } from '@e965/xlsx';
import { DatasetReader } from '../../shared/src/datasets/formats/dataset-reader.ts';
import { columnLetters } from '../../shared/src/datasets/excel/cell-reference.ts';
import { randomFrom } from '../unit/random.ts';
import { workbookFile } from '../unit/datasets/excel/workbook-file.ts';
import { peakOfCommand } from './memory.ts';
import { compare, type BenchResult } from './result.ts';

const columns = 20;

/** A workbook of texts, integers, amounts, dates and decimals of 17 digits. */
function largeWorkbook(rows: number): Uint8Array {
  const random = randomFrom(1);
  const strings = new Map<string, number>();
  const text = (content: string, place: string): string => {
    const index = strings.get(content) ?? strings.size;
    strings.set(content, index);
    return `<c r="${place}" t="s"><v>${index}</v></c>`;
  };
  const cell = (row: number, column: number): string => {
    const place = `${columnLetters(column + 1)}${row}`;
    if (row === 1) return text(`column ${column}`, place);
    if (column % 5 === 0)
      return text(column === 0 ? `policy-${row}` : `status ${Math.floor(random() * 20_000)}`, place);
    if (column % 5 === 1) return `<c r="${place}"><v>${Math.floor(random() * 1e6)}</v></c>`;
    if (column % 5 === 2) return `<c r="${place}" s="2"><v>${(random() * 1e4).toFixed(2)}</v></c>`;
    if (column % 5 === 3) return `<c r="${place}" s="1"><v>${40_000 + Math.floor(random() * 5_000)}</v></c>`;
    return `<c r="${place}"><v>${random() * 1_000}</v></c>`;
  };
  const data: string[] = [];
  for (let row = 1; row <= rows + 1; row += 1)
    data.push(
      `<row r="${row}">${Array.from({ length: columns }, (_value, column) => cell(row, column)).join('')}</row>`,
    );
  return workbookFile({
    sheets: [{ rows: data.join('') }],
    formats: [14, '#,##0.00'],
    strings: [...strings.keys()].map((content) => `<t>${content}</t>`),
  });
}

/** An Excel workbook of 100,000 rows and 20 columns: memory of a load, and reading compared with SheetJS, which n8n uses. */
export async function benchWorkbooks({ rows = 100_000, rounds = 3 } = {}): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-bench-'));
  try {
    const file = join(folder, 'claims.xlsx');
    await writeFile(file, largeWorkbook(rows));
    const peak = await peakOfCommand([
      'load',
      '--from',
      file,
      '--to',
      `sqlite:${join(folder, 'b.db')}`,
      '--table',
      't',
    ]);
    const own = async (): Promise<void> => {
      for await (const _block of new DatasetReader(createReadStream(file), {}, () => undefined).blocks());
    };
    const sheetJs = (): void => {
      const { Sheets, SheetNames } = read(readFileSync(file), { nodim: true });
      const found = utils.sheet_to_json(Sheets[SheetNames[0] ?? ''] ?? {}).length;
      if (found !== rows) throw new Error(`SheetJS found ${found} rows.`);
    };
    const { ratio, first, second } = await compare(rounds, own, sheetJs);
    const size = `${rows} rows × ${columns} columns`;
    return [
      {
        name: `Peak memory of pipewright load of an Excel workbook into SQLite, ${size}`,
        against: 'MB',
        ratio: peak,
        target: { kind: 'at most', value: 300 },
      },
      {
        name: `Read an Excel workbook, ${size}`,
        against: 'SheetJS, the library of n8n’s Extract from File',
        ratio,
        target: { kind: 'at most', value: 1 },
        notes: `${(first / 1000).toFixed(1)} s and ${(second / 1000).toFixed(1)} s`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
