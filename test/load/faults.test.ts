import { spawn } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { LoadMode } from '../../shared/src/datasets/load/load-mode.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { startPostgres, type Postgres } from '../support/machine/postgres.ts';
import { mountSmallDisk } from '../support/machine/small-disk.ts';
import { loadCsv } from '../databases/load-csv.ts';

/** A database under the fault tests. */
interface Ground {
  address: string;
  ask(sql: string): Promise<Record<string, unknown>[]>;
  /** Number of active loads in the database: it may take a second to notice that a process is gone, and commit its work. */
  atWork(): Promise<number>;
  stop(): Promise<void>;
}

let folder: string;
let postgres: Postgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-faults-'));
  await Promise.all(halves.map((text, index) => writeFile(join(folder, `half-${index}.csv`), text)));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true });
});

const engines: Record<string, () => Promise<Ground>> = {
  async sqlite() {
    const file = join(folder, 'faults.db');
    return {
      address: `sqlite:${file}`,
      async ask(sql) {
        const database = new DatabaseSync(file);
        try {
          return database.prepare(sql).all();
        } finally {
          database.close();
        }
      },
      atWork: async () => 0,
      stop: async () => undefined,
    };
  },
  async postgres() {
    const address = `${postgres.url}?sslmode=disable`;
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    const ask = async (sql: string): Promise<Record<string, unknown>[]> =>
      (await client.query<Record<string, unknown>>(sql)).rows;
    const atWork = async (): Promise<number> =>
      Number(
        (await ask("SELECT count(*) AS loads FROM pg_stat_activity WHERE application_name = 'pipewright'"))[0]?.[
          'loads'
        ],
      );
    return { address, ask, atWork, stop: () => client.end() };
  },
};

const rowsOfHalf = 15_000;
const half = (from: number): string =>
  Array.from({ length: rowsOfHalf }, (_, row) => `${from + row},new ${from + row}\n`).join('');
const halves = [`id,name\n${half(0)}`, half(rowsOfHalf)] as const;
const whole = halves.join('');
const old = 'id,name\n7,old 7\n99999,old 99999\n';

/** The rows of a table before and after a load, and how many of them are new. */
const contents: Record<LoadMode, { before: [number, number] | undefined; after: [number, number] }> = {
  create: { before: undefined, after: [2 * rowsOfHalf, 2 * rowsOfHalf] },
  replace: { before: [2, 0], after: [2 * rowsOfHalf, 2 * rowsOfHalf] },
  append: { before: [2, 0], after: [2 * rowsOfHalf + 2, 2 * rowsOfHalf] },
  upsert: { before: [2, 0], after: [2 * rowsOfHalf + 1, 2 * rowsOfHalf] },
};

/** When to kill a load: milliseconds after the start of a phase. */
const places: [phase: string, milliseconds: number][] = [
  ['begin', 0],
  ['stage', 0],
  ['half', 0],
  ['half', 40],
  ['count', 0],
  ['publish', 0],
  ['publish', 2],
  ['publish', 8],
  ['publish', 20],
  ['publish', 60],
  ['published', 0],
];

/** Loads in a child process that is killed in a phase, in which it pauses unless it is publishing. Returns the phases that it reached. */
async function killedLoad(
  address: string,
  options: LoadOptions,
  [phase, milliseconds]: [string, number],
): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [
      '--no-warnings',
      join(__dirname, '..', 'databases', 'load-in-phases.ts'),
      JSON.stringify({
        address,
        options,
        ...(phase !== 'publish' || milliseconds === 0 ? { waitAt: phase } : {}),
        halves: halves.map((_half, index) => join(folder, `half-${index}.csv`)),
      }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const phases: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    phases.push(line);
    if (line !== phase) continue;
    if (milliseconds > 0) await sleep(milliseconds);
    child.kill('SIGKILL');
  }
  await ended;
  return phases;
}

async function held({ ask }: Ground, table: string): Promise<[number, number] | undefined> {
  try {
    const [row] = await ask(
      `SELECT count(*) AS held, sum(CASE WHEN name LIKE 'new %' THEN 1 ELSE 0 END) AS fresh FROM ${table}`,
    );
    return [Number(row?.['held']), Number(row?.['fresh'])];
  } catch {
    return undefined;
  }
}

const optionsOf = (table: string, mode: LoadMode, connections = 1): LoadOptions => ({
  table,
  mode,
  parallelConnections: connections,
  loadKey: 'event-1',
  ...(mode === 'upsert' ? { key: ['id'] } : {}),
});

describe.each(Object.keys(engines))('A load into %s', (engine) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = (await engines[engine]?.()) as Ground;
  });
  afterAll(() => ground.stop());

  it('killed in any phase leaves the table unchanged or complete, and the next run completes it once', async () => {
    const left = { before: 0, after: 0 };
    const cases = Object.keys(contents).flatMap((mode) =>
      places.map((place) => ({ mode: mode as LoadMode, place, connections: 1 })),
    );
    if (engine === 'postgres')
      cases.push(...places.map((place) => ({ mode: 'create' as const, place, connections: 2 })));
    for (const [index, { mode, place, connections }] of cases.entries()) {
      const { before, after } = contents[mode];
      const table = `killed_${index}`;
      const options = optionsOf(table, mode, connections);
      if (before) await loadCsv(ground.address, old, { table });
      expect(await killedLoad(ground.address, options, place)).toContain(place[0]);
      await until(
        () => ground.atWork(),
        (loads) => loads === 0,
      );
      const found = await held(ground, table);
      expect([mode, place, [before, after].map((state) => JSON.stringify(state))]).toEqual([
        mode,
        place,
        expect.arrayContaining([JSON.stringify(found)]),
      ]);
      const complete = JSON.stringify(found) === JSON.stringify(after);
      left[complete ? 'after' : 'before'] += 1;
      const again = await loadCsv(ground.address, whole, options);
      expect([mode, place, again.repeated ?? false, await held(ground, table)]).toEqual([mode, place, complete, after]);
    }
    process.stdout.write(
      `Into ${engine}: ${cases.length} loads killed; ${left.before} tables as they were, ${left.after} complete, 0 anything else.\n`,
    );
    expect(left.before).toBeGreaterThan(20);
    expect(left.after).toBeGreaterThan(3);
  });

  it('is never mixed with concurrent loads into the same table', async () => {
    const table = 'at_once';
    await loadCsv(ground.address, 'id,name\n0,none\n', { table });
    const datasets = ['a', 'b', 'c', 'd'].map(
      (letter) => `id,name\n${Array.from({ length: 20_000 }, (_, row) => `${row},${letter}\n`).join('')}`,
    );
    const settled = await Promise.allSettled(
      datasets.map((csv) => loadCsv(ground.address, csv, { table, mode: 'replace' })),
    );
    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const one of settled)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({ code: expect.stringMatching(/^(busy|conflict)$/) });
    const [row] = await ground.ask(`SELECT count(*) AS held, count(DISTINCT name) AS names FROM ${table}`);
    expect([Number(row?.['held']), Number(row?.['names'])]).toEqual([20_000, 1]);
  });
});

/** Polls a condition for two minutes. */
async function until<T>(look: () => Promise<T>, isSo: (found: T) => boolean): Promise<T> {
  for (let looks = 0; ; looks += 1) {
    const found = await look();
    if (isSo(found)) return found;
    if (looks > 2_400) throw new Error(`There is ${JSON.stringify(found)}.`);
    await sleep(50);
  }
}

it.each(['create', 'replace', 'append', 'upsert'] as const)(
  'a PostgreSQL server that crashes during a load (%s) has an unchanged table, and accepts the load afterwards',
  async (mode) => {
    const address = `${postgres.url}?sslmode=disable`;
    const table = `crashed_${mode}`;
    const { before, after } = contents[mode];
    if (before) await loadCsv(address, old, { table });
    async function* interrupted() {
      yield Buffer.from(halves[0]);
      await postgres.crash();
      yield Buffer.from(halves[1]);
    }
    await expect(loadCsv(address, interrupted(), optionsOf(table, mode))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
    const ground = (await engines['postgres']?.()) as Ground;
    try {
      expect(await held(ground, table)).toEqual(before);
      await loadCsv(address, whole, optionsOf(table, mode));
      expect(await held(ground, table)).toEqual(after);
    } finally {
      await ground.stop();
    }
  },
);

describe('A full disk', () => {
  const large = `id,name\n${Array.from({ length: 400_000 }, (_, row) => `${row},a name that fills the disk ${row}\n`).join('')}`;

  it('leaves a PostgreSQL table unchanged', async () => {
    const disk = await mountSmallDisk(16);
    const ground = (await engines['postgres']?.()) as Ground;
    try {
      if (postgres.account) await chown(disk.folder, postgres.account.uid, postgres.account.gid);
      await ground.ask(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
      await ground.ask('CREATE TABLE filled (id bigint, name text) TABLESPACE small');
      await loadCsv(ground.address, old, { table: 'filled', mode: 'append' });
      for (const mode of ['append', 'replace'] as const) {
        await expect(loadCsv(ground.address, large, { table: 'filled', mode })).rejects.toMatchObject({
          code: 'unavailable',
          message: expect.stringMatching(/No space left|disk/i),
          hint: expect.stringContaining('is full'),
        });
        expect(await held(ground, 'filled')).toEqual([2, 0]);
      }
      await ground.ask('VACUUM filled');
      await loadCsv(ground.address, whole, { table: 'filled', mode: 'replace' });
      expect(await held(ground, 'filled')).toEqual([2 * rowsOfHalf, 2 * rowsOfHalf]);
      await ground.ask('DROP TABLE filled');
      await ground.ask('DROP TABLESPACE small');
    } finally {
      await ground.stop();
      await disk.remove();
    }
  });

  it('leaves a SQLite table unchanged', async () => {
    const disk = await mountSmallDisk(4);
    const file = join(disk.folder, 'full.db');
    const count = (): unknown => {
      const database = new DatabaseSync(file);
      try {
        return database.prepare('SELECT count(*) AS rows FROM filled').get()?.['rows'];
      } finally {
        database.close();
      }
    };
    try {
      await loadCsv(`sqlite:${file}`, old, { table: 'filled' });
      for (const mode of ['append', 'replace'] as const) {
        await expect(loadCsv(`sqlite:${file}`, large, { table: 'filled', mode })).rejects.toMatchObject({
          code: 'unavailable',
          hint: expect.stringContaining('disk is full'),
        });
        expect(count()).toBe(2);
      }
      await loadCsv(`sqlite:${file}`, whole, { table: 'filled', mode: 'replace' });
      expect(count()).toBe(2 * rowsOfHalf);
    } finally {
      await disk.remove();
    }
  });
});
