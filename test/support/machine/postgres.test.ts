import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { startPostgres } from './postgres.ts';
import type { Postgres } from './postgres.ts';
import { findPsql } from './tools.ts';
import { runCommand } from './command.ts';

async function ask(url: string, question: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(question)).rows;
  } finally {
    await client.end();
  }
}

describe('a PostgreSQL for tests', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres({ settings: { log_statement: 'ddl' } });
  });
  afterAll(() => postgres.stop());

  it('stores and returns text of any language', async () => {
    await ask(postgres.url, "create table town (name text); insert into town values ('Zürich'), ('東京')");
    expect(await ask(postgres.url, 'select name from town')).toEqual([{ name: 'Zürich' }, { name: '東京' }]);
  });

  it('listens only on this machine, on the returned port', async () => {
    const [row] = await ask(postgres.url, "select current_setting('listen_addresses') a, current_setting('port') p");
    expect(row).toEqual({ a: '127.0.0.1', p: String(postgres.port) });
  });

  it('applies the given settings', async () => {
    expect(await ask(postgres.url, 'show log_statement')).toEqual([{ log_statement: 'ddl' }]);
  });

  it('rejects a wrong password', async () => {
    const wrong = postgres.url.replace(postgres.password, 'wrong');
    await expect(ask(wrong, 'select 1')).rejects.toThrow('password authentication failed');
  });

  it('accepts connections from psql', async () => {
    const psql = await findPsql(() => undefined);
    expect(await runCommand(psql, [postgres.url, '-Atc', 'select 6 * 7'])).toBe('42\n');
  });

  it('runs next to a second one, which deletes its data when it stops', async () => {
    const second = await startPostgres();
    expect(second.port).not.toBe(postgres.port);
    const [row] = await ask(second.url, "select current_setting('data_directory') folder");
    expect(existsSync(String(row?.['folder']))).toBe(true);
    await second.stop();
    expect(existsSync(String(row?.['folder']))).toBe(false);
    await expect(ask(second.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('reports why it does not start', async () => {
    await expect(startPostgres({ settings: { no_such_setting: '1' } })).rejects.toThrow('no_such_setting');
  });
});
