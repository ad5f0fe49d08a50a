import { readFile } from 'node:fs/promises';
import { loadIntoTable } from '../../shared/src/datasets/load/load-into-table.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';
import type { TableLoad } from '../../shared/src/datasets/load/table-load.ts';
import type { TableTarget } from '../../shared/src/datasets/load/target.ts';

/**
 * Loads rows into a table and prints the name of each phase as it begins, and `published` at the end, so that the parent
 * process can kill it there. Its argument: address, options, the paths of the two halves of the dataset, and the
 * phase in which it waits to be killed.
 */
const { address, options, halves, waitAt } = JSON.parse(process.argv[2] ?? '') as {
  address: string;
  options: LoadOptions;
  halves: [string, string];
  waitAt?: string;
};

async function tell(phase: string): Promise<void> {
  process.stdout.write(`${phase}\n`);
  // Longer than any test.
  if (phase === waitAt) await new Promise((resolve) => setTimeout(resolve, 600_000));
}

function reportPhases(load: TableLoad): TableLoad {
  return new Proxy(load, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== 'function') return value;
      return async (...words: unknown[]) => {
        if (name !== 'write') await tell(String(name));
        return (value as (...words: unknown[]) => unknown).apply(of, words);
      };
    },
  });
}

async function* source(): AsyncGenerator<Uint8Array> {
  yield await readFile(halves[0]);
  await tell('half');
  yield await readFile(halves[1]);
}

const target: TableTarget = await openTarget(address);
await tell('begin');
await loadIntoTable(
  source(),
  { ...target, begin: async (request) => reportPhases(await target.begin(request)) },
  options,
);
await tell('published');
await target.close();
