import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnLetters } from '../../shared/src/datasets/excel/cell-reference.ts';
import { randomFrom } from '../unit/random.ts';
import { workbookFile } from '../unit/datasets/excel/workbook-file.ts';
import { peakOf, peakOfCommand } from './memory.ts';
import { processorSeconds } from './processor-time.ts';
import { median, type BenchResult } from './result.ts';

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

/** An Excel workbook of 100,000 rows and 20 columns: memory of a load, and speed and memory of reading compared with SheetJS, which n8n uses. */
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
    const reader = (name: 'own' | 'sheetjs'): string[] => [join(import.meta.dirname, 'read-workbook.ts'), name, file];
    const pairs: [number, number][] = [];
    for (let round = 0; round < rounds; round += 1)
      pairs.push([
        await processorSeconds(process.execPath, reader('own')),
        await processorSeconds(process.execPath, reader('sheetjs')),
      ]);
    const [own, other] = [await peakOf(reader('own')), await peakOf(reader('sheetjs'))];
    const size = `${rows} rows × ${columns} columns`;
    const against = 'SheetJS, the library of n8n’s Extract from File';
    return [
      {
        name: `Peak memory of pipewright load of an Excel workbook into SQLite, ${size}`,
        against: 'MB',
        ratio: peak,
        target: { kind: 'at most', value: 300 },
      },
      {
        name: `Read an Excel workbook, ${size}, processor time (relative speed)`,
        against,
        ratio: median(pairs.map(([first, second]) => second / first)),
        target: { kind: 'at least', value: 5 },
        notes: `${median(pairs.map(([first]) => first)).toFixed(1)} s and ${median(pairs.map(([, second]) => second)).toFixed(1)} s, process start included`,
      },
      {
        name: `Read an Excel workbook, ${size}, peak memory (relative)`,
        against,
        ratio: other / own,
        target: { kind: 'at least', value: 10 },
        notes: `${Math.round(own)} MB and ${Math.round(other)} MB`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
