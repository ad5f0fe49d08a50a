import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { withFile } from './datasets.ts';
import { median, type BenchResult } from './result.ts';
import { insurance } from './shapes.ts';
import { withEngine } from './whole-commands.ts';

const program = join(import.meta.dirname, '../../shared/bin/pipewright.mjs');
const peak = join(import.meta.dirname, 'print-peak.ts');

/** Extra memory in MB allowed for ten times the rows, because garbage collection is not deterministic. */
const allowedGrowth = 1.1;

/** Peak RSS of `pipewright load` into a new table of each engine, by file size. */
export async function benchMemory({ sizes = [10, 100, 1000], rounds = 2 } = {}): Promise<BenchResult[]> {
  const peaks = new Map<string, number[]>();
  for (const megabytes of sizes) {
    await withFile(megabytes, async ({ file, folder }) => {
      for (const engineName of ['sqlite', 'postgres', 'mariadb'] as const)
        await withEngine(engineName, folder, async ({ name, address, prepare }) => {
          const measured: number[] = [];
          for (let round = 0; round < rounds; round += 1) {
            await prepare(insurance, 'create');
            measured.push(await peakOfCommand(['load', '--from', file, '--to', address, '--table', 'claims']));
          }
          peaks.set(name, [...(peaks.get(name) ?? []), median(measured)]);
        });
    });
  }
  const own = await peakOfCommand(['list']);
  return [...peaks].map(([name, measured]): BenchResult => {
    const [before = 0, last = 0] = measured.slice(-2);
    return {
      name: `Peak memory of pipewright load into ${name}, ${sizes.at(-1)} MB`,
      against: `${sizes.at(-2)} MB`,
      ratio: last / before,
      target: { kind: 'at most', value: allowedGrowth },
      notes: `peak RSS in MB: ${sizes.map((size, index) => `${size} MB: ${Math.round(measured[index] ?? 0)}`).join(', ')}; without a load ${Math.round(own)}`,
    };
  });
}

/** Peak RSS in MB of a pipewright command, which the process prints when it exits. */
export function peakOfCommand(words: readonly string[]): Promise<number> {
  return peakOf([program, ...words]);
}

/** Peak RSS in MB of a Node program with its arguments. */
export function peakOf(words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', peak, ...words], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    let printed = '';
    child.stdio[3]?.on('data', (text) => (printed += String(text)));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Number(printed)) : reject(new Error(`The command ended with ${code}.`)),
    );
  });
}
