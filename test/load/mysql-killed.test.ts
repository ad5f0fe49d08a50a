import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import type { Fate } from '../databases/load-and-die.ts';
import { mysqlProducts } from '../support/machine/mysql-products.ts';
import { useMysql } from '../databases/mysql/use-mysql.ts';

describe.each(mysqlProducts)('a process that is killed during a load into %s', (_product, start) => {
  const { address, ask, load, staged, exists } = useMysql(start);
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-killed-'));
  const program = join(folder, 'load-and-die.mjs');
  // Bundled code starts in a third of the time, and there are about a hundred processes.
  beforeAll(() =>
    build({
      entryPoints: [join(__dirname, '..', 'databases', 'load-and-die.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['pg-native'],
      tsconfigRaw: '{}',
      logLevel: 'silent',
      banner: {
        js: "import { createRequire as createRequireOfTest } from 'node:module'; const require = createRequireOfTest(import.meta.url);",
      },
    }),
  );
  afterAll(() => rmSync(folder, { recursive: true }));
  const cases: Record<
    string,
    { before: string; csv: string; after: string; options: Partial<LoadOptions> & { mode: LoadOptions['mode'] } }
  > = {
    new_table: { before: '', csv: 'id,name\n1,new\n2,new\n', after: '1 new;2 new', options: { mode: 'create' } },
    replaced: {
      before: 'id,name\n1,old\n',
      csv: 'id,name\n1,new\n2,new\n3\n',
      after: '1 new;2 new',
      options: { mode: 'replace', maxRejectedRows: 1, saveRejectedRows: true },
    },
    appended: {
      before: 'id,name\n1,old\n',
      csv: 'id,name\n2,new\n',
      after: '1 old;2 new',
      options: { mode: 'append' },
    },
    merged: {
      before: 'id,name\n1,old\n',
      csv: 'id,name\n1,new\n2,new\n',
      after: '1 new;2 new',
      options: { mode: 'upsert', key: ['id'] },
    },
    evolved: {
      before: 'id,name\n1,old\n',
      csv: 'id,name,more\n2,new,x\n',
      after: '1 old null;2 new x',
      options: { mode: 'append', onSchemaChange: 'evolve' },
    },
    widened: {
      before: '',
      csv: 'id,name\n1,True\n2,false\n',
      after: '1 1;2 0',
      options: { mode: 'upsert', key: ['id'] },
    },
  };

  /** The rows of a table as text; undefined if the table does not exist. */
  const shown = async (table: string): Promise<string | undefined> => {
    if (!(await exists(table))) return undefined;
    return (await ask(`SELECT * FROM ${table} ORDER BY id`))
      .map((row) => Object.values(row).map(String).join(' '))
      .join(';');
  };

  /** Whether the process was killed rather than finishing first. */
  const killed = async (fate: Fate): Promise<boolean> => {
    const child = spawn(process.execPath, ['--no-warnings', program, JSON.stringify(fate)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal !== 'SIGKILL') expect(code).toBe(0);
    return signal === 'SIGKILL';
  };

  it('leaves either all old rows or all new rows, and the next load with its load key completes it exactly once', async () => {
    const counts: Record<string, number> = {};
    const tryAll = async (name: string, when: Fate['when']): Promise<void> => {
      const { before, csv, after, options } = cases[name] as (typeof cases)[string];
      for (let statement = 1; ; statement += 1) {
        const table = `${name}_${when}_${statement}`;
        if (before) await load(before, { table });
        const old = await shown(table);
        const wanted = { table, loadKey: 'event', saveLoadRecord: true, ...options };
        if (!(await killed({ address: address(), csv, options: wanted, statement, when }))) break;
        counts[name] = (counts[name] ?? 0) + 1;
        const place = `${table}: ${String(old)} or ${after}`;
        const left = await shown(table);
        // A new column exists before its rows do, and is empty.
        expect([place, [old, old?.replaceAll(/(?=;|$)/g, ' null'), after].includes(left)]).toEqual([place, true]);
        await load(csv, { ...wanted, mode: options.mode === 'create' ? 'append' : options.mode });
        expect([place, await shown(table)]).toEqual([place, after]);
        expect(
          await ask('SELECT status, row_count AS number FROM pipewright_loads WHERE table_name = ?', [table]),
        ).toEqual([{ status: 'done', number: csv.split('\n').length - 2 - (options.maxRejectedRows ?? 0) }]);
        if (options.saveRejectedRows)
          expect(await ask('SELECT count(*) AS number FROM pipewright_rejects WHERE table_name = ?', [table])).toEqual([
            { number: 1 },
          ]);
      }
    };
    const turns = Object.keys(cases).flatMap((name) => [() => tryAll(name, 'sent'), () => tryAll(name, 'answered')]);
    await Promise.all(
      [0, 1, 2].map(async () => {
        for (let turn = turns.shift(); turn; turn = turns.shift()) await turn();
      }),
    );
    expect(await staged()).toEqual([]);
    console.log(
      `Processes killed: ${Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}.`,
    );
    for (const name of Object.keys(cases)) expect([name, counts[name]]).toEqual([name, expect.any(Number)]);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(60);
  });

  it.each(['replace', 'create'] as const)('leaves no rows of an unfinished stream in mode %s', async (mode) => {
    const table = `coming_${mode}`;
    if (mode === 'replace') await load('a,b\n1,x\n', { table });
    const code = `
      import { loadIntoTable } from './shared/src/datasets/load/load-into-table.ts';
      import { openTarget } from './shared/src/databases/open-target.ts';
      async function* endless() {
        yield Buffer.from('a,b\\n');
        for (;;) {
          yield Buffer.from('1,text\\n'.repeat(50_000));
          await new Promise((resolve) => setTimeout(resolve, 1));
          console.log('piece');
        }
      }
      await loadIntoTable(endless(), await openTarget(process.argv[1]), { table: '${table}', mode: '${mode}' });`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module-typescript', '-e', code, address()], {
      cwd: join(__dirname, '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for (let piece = 0; piece < 5; piece += 1) await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (mode === 'replace') expect(await ask(`SELECT a FROM ${table}`)).toEqual([{ a: 1 }]);
    else expect(await exists(table)).toBe(false);
    await load('a,b\n2,y\n', { table, mode: 'append' });
    expect((await ask(`SELECT a FROM ${table} ORDER BY a`)).map(({ a }) => a)).toEqual(
      mode === 'replace' ? [1, 2] : [2],
    );
    expect(await staged()).toEqual([]);
  });

  it('leaves a published table that the next load recognizes, even though its load record is still "publishing"', async () => {
    await load('id\n1\n', { table: 'believed', loadKey: 'event' });
    const say = () => ask("UPDATE pipewright_loads SET status = 'publishing' WHERE table_name = 'believed'");
    await say();
    expect(await load('id\n1\n', { table: 'believed', mode: 'append', loadKey: 'event' })).toMatchObject({
      repeated: true,
      rows: 1,
    });
    expect(await ask("SELECT status FROM pipewright_loads WHERE table_name = 'believed'")).toEqual([
      { status: 'done' },
    ]);
  });
});
