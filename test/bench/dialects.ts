import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { DatasetReader } from '../../shared/src/datasets/formats/dataset-reader.ts';
import { readValue } from '../../shared/src/datasets/formats/csv-block.ts';

/**
 * Compares the detected dialect of every file in a folder with DuckDB's `sniff_csv`, and the rows with those of csv-parse
 * for the detected delimiter. Prints one line per file as JSON: `node scripts/run.mjs test/bench/dialects.ts <folder>`.
 */
async function main(folder: string): Promise<void> {
  const duckdb = await (await DuckDBInstance.create()).connect();
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const own = await readOwn(bytes);
    const sniffed = await duckdb
      .runAndReadAll(
        `SELECT Delimiter, SkipRows, HasHeader, len(Columns) FROM sniff_csv('${path.replaceAll("'", "''")}')`,
      )
      .then((result) => result.getRowsJson()[0])
      .catch((error: unknown) => String(error).slice(0, 80));
    console.log(JSON.stringify({ name, ...own, sniffed, ...compareRows(bytes, own) }));
  }
}

interface OwnResult {
  refused?: string;
  detected?: object | undefined;
  delimiter?: string | undefined;
  headerLine?: number | undefined;
  header?: string[] | undefined;
  rows?: (string | null)[][];
  rejects?: number;
}

async function readOwn(bytes: Buffer): Promise<OwnResult> {
  let rejects = 0;
  const source = async function* () {
    yield bytes;
  };
  const reader = new DatasetReader(source(), {}, () => (rejects += 1));
  const rows: (string | null)[][] = [];
  try {
    for await (const block of reader.blocks())
      for (let row = 0; row < block.rows; row += 1)
        rows.push(
          Array.from({ length: block.width }, (_value, column) => readValue(block, row * block.width + column)),
        );
  } catch (error) {
    if (!(error instanceof PipewrightError)) throw error;
    return { refused: error.message };
  }
  const { detected, header } = reader;
  return { detected, delimiter: detected?.delimiter, headerLine: detected?.headerLine, header, rows, rejects };
}

const characters: Record<string, string> = { Comma: ',', Semicolon: ';', Tab: '\t', Pipe: '|', None: '\u0001' };

/** The rows of csv-parse with the same delimiter, where it reads the file. */
function compareRows(bytes: Buffer, { rows, rejects, headerLine, delimiter, header }: OwnResult): object {
  if (!rows || delimiter === undefined || headerLine === undefined) return { rows: undefined };
  const shown = { header: header?.slice(0, 5), rows: rows.length, width: header?.length };
  if (rejects) return shown;
  try {
    const found: string[][] = parse(bytes, {
      delimiter: characters[delimiter] ?? ',',
      bom: true,
      relax_column_count: true,
      skip_empty_lines: header?.length !== 1,
      from_line: Math.max(1, headerLine),
    });
    const data = found.slice(headerLine > 0 ? 1 : 0);
    return {
      ...shown,
      sameRows: JSON.stringify(data) === JSON.stringify(rows.map((row) => row.map((value) => value ?? ''))),
    };
  } catch (error) {
    return { ...shown, csvParse: String(error).slice(0, 100) };
  }
}

await main(process.argv[2] ?? '.');
