import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outputFolder } from '../support/machine/paths.ts';
import { benchMariaDb, benchPostgres, benchScanner, benchSqlite } from './datasets.ts';
import { benchMemory } from './memory.ts';
import { benchDownload } from './downloads.ts';
import { benchEvents } from './events.ts';
import { benchVerifiers } from './verifiers.ts';
import { benchParquet } from './parquet.ts';
import { benchPolling } from './polling.ts';
import { benchN8nDatasets } from './n8n-datasets.ts';
import { reaches, type BenchResult } from './result.ts';
import { benchTriggers } from './triggers.ts';
import { benchWholeCommands } from './whole-commands.ts';
import { benchWorkbooks } from './workbooks.ts';
import { benchZapier } from './zapier.ts';

const { values: choices, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } });

/** Benchmarks by name; `--quick` uses smaller inputs. */
const benches: Record<string, (quick: boolean) => Promise<BenchResult[]>> = {
  events: (quick) => benchEvents(quick ? { count: 2_000, rounds: 3 } : {}),
  verifiers: (quick) => benchVerifiers(quick ? { count: 500, rounds: 3 } : {}),
  polling: (quick) => benchPolling(quick ? { count: 100 } : {}),
  download: (quick) => benchDownload(quick ? { megabytes: 50, rounds: 2 } : {}),
  csv: (quick) => benchScanner(quick ? { megabytes: 20, rounds: 2 } : {}),
  sqlite: async (quick) => [await benchSqlite(quick ? { megabytes: 10, rounds: 2 } : {})],
  postgres: (quick) => benchPostgres(quick ? { megabytes: 10, rounds: 2 } : {}),
  mariadb: (quick) => benchMariaDb(quick ? { megabytes: 10, rounds: 2 } : {}),
  'commands-sqlite': (quick) => benchWholeCommands('sqlite', quick ? { megabytes: 10, rounds: 1 } : {}),
  'commands-postgres': (quick) => benchWholeCommands('postgres', quick ? { megabytes: 10, rounds: 1 } : {}),
  'commands-mariadb': (quick) => benchWholeCommands('mariadb', quick ? { megabytes: 10, rounds: 1 } : {}),
  memory: (quick) => benchMemory(quick ? { sizes: [10, 100], rounds: 1 } : {}),
  excel: (quick) => benchWorkbooks(quick ? { rows: 10_000, rounds: 1 } : {}),
  parquet: (quick) => benchParquet(quick ? { rows: 100_000, rounds: 2 } : {}),
  triggers: (quick) => benchTriggers(quick ? { seconds: 1, rounds: 2 } : {}),
  'n8n-datasets': (quick) => benchN8nDatasets(quick ? { megabytes: 10, rounds: 1 } : {}),
  zapier: (quick) => benchZapier(quick ? { rounds: 3 } : {}),
};

const number = (value: number): string => (value >= 20 ? value.toFixed(0) : value.toFixed(2));

function show(results: readonly BenchResult[]): string {
  const rows = [
    ['what', 'against', 'ratio', 'target', 'reached', ''],
    ...results.map((result) => [
      result.name,
      result.against,
      number(result.ratio),
      `${result.target.kind === 'at most' ? '≤' : '≥'} ${result.target.value}`,
      reaches(result) ? 'yes' : 'NO',
      result.notes ?? '',
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `npm run bench [name…]`: runs all benchmarks or the named ones. */
async function main(): Promise<boolean> {
  const wanted = positionals.length > 0 ? positionals : Object.keys(benches);
  const results: BenchResult[] = [];
  let complete = true;
  for (const name of wanted) {
    const begin = Date.now();
    console.log(`measuring: ${name}`);
    try {
      const bench = benches[name];
      if (!bench) throw new Error(`Unknown benchmark ${name}. Available: ${Object.keys(benches).join(', ')}.`);
      results.push(...(await bench(choices.quick ?? false)));
    } catch (error) {
      complete = false;
      console.error(`${name} could not be measured: ${error instanceof Error ? error.message : error}`);
    }
    console.log(`    ${Math.round((Date.now() - begin) / 1000)} s`);
  }
  console.log(`\n${show(results)}\n`);
  const json = JSON.stringify(results.map((result) => ({ ...result, reached: reaches(result) })));
  console.log(json);
  await mkdir(outputFolder, { recursive: true });
  await writeFile(join(outputFolder, 'bench.json'), `${json}\n`);
  return complete;
}

process.exitCode = (await main()) ? 0 : 1;
