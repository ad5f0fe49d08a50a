import { existsSync } from 'node:fs';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { runCommand } from './command.ts';
import { startMariaDb, type MariaDb } from './mariadb.ts';
import { findMariaDbClient } from './tools.ts';

async function ask(url: string, question: string): Promise<RowDataPacket[]> {
  const client = await mysql.createConnection(url);
  try {
    return (await client.query<RowDataPacket[]>(question))[0];
  } finally {
    await client.end();
  }
}

describe('a MariaDB for tests', () => {
  let mariadb: MariaDb;
  beforeAll(async () => {
    mariadb = await startMariaDb({ settings: { max_connections: '77' } });
  });
  afterAll(() => mariadb.stop());

  it('listens on this machine only, on the port it names, with the settings it is given', async () => {
    const [row] = await ask(mariadb.url, 'SELECT @@bind_address AS address, @@port AS port, @@max_connections AS most, @@local_infile AS files');
    expect(row).toEqual({ address: '127.0.0.1', port: mariadb.port, most: 77, files: 1 });
  });

  it('refuses a wrong password', async () => {
    await expect(ask(mariadb.url.replace(mariadb.password, 'wrong'), 'SELECT 1')).rejects.toThrow('Access denied');
  });

  it('can be reached with the client of MariaDB', async () => {
    const client = await findMariaDbClient(() => undefined);
    const { host, port, user, password, database } = mariadb;
    expect(await runCommand(client, ['-N', `-h${host}`, `-P${port}`, `-u${user}`, `-p${password}`, database, '-e', 'SELECT 6 * 7'])).toBe('42\n');
  });

  it('runs beside a second one, which takes its data with it when it stops', async () => {
    const second = await startMariaDb();
    expect(second.port).not.toBe(mariadb.port);
    const [row] = await ask(second.url, 'SELECT @@datadir AS folder');
    expect(existsSync(String(row?.['folder']))).toBe(true);
    await second.stop();
    expect(existsSync(String(row?.['folder']))).toBe(false);
  });

  it('says why it does not start', async () => {
    await expect(startMariaDb({ settings: { no_such_setting: '1' } })).rejects.toThrow(/MariaDB did not start/);
  });
});
