import { existsSync } from 'node:fs';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { runCommand } from './command.ts';
import { startMariaDb } from './mariadb.ts';
import { documentedRights, type MysqlServer } from './mysql-family.ts';
import { mysqlProducts } from './mysql-products.ts';
import { findMariaDbClient } from './tools.ts';

async function ask(url: string, question: string): Promise<RowDataPacket[]> {
  const client = await mysql.createConnection(url);
  try {
    return (await client.query<RowDataPacket[]>(question))[0];
  } finally {
    await client.end();
  }
}

describe.each(mysqlProducts)('A %s for tests', (product, start) => {
  let server: MysqlServer;
  beforeAll(async () => {
    server = await start({ settings: { max_connections: '77' } });
  });
  afterAll(() => server?.stop());

  it('is the right product, and listens only on this machine, on the returned port, with the given settings', async () => {
    const [row] = await ask(
      server.url,
      'SELECT version() AS version, @@bind_address AS address, @@port AS port, @@max_connections AS most, @@local_infile AS files',
    );
    expect(row).toEqual({
      version: expect.stringMatching(product === 'MariaDB' ? /MariaDB/ : /^(?:8\.4|9)\.(?!.*MariaDB)/),
      address: '127.0.0.1',
      port: server.port,
      most: 77,
      files: 1,
    });
  });

  it('grants its user exactly the documented privileges', async () => {
    const grants = (await ask(server.url, 'SHOW GRANTS')).map((row) =>
      String(Object.values(row)[0]).replaceAll('`', ''),
    );
    const given = grants.flatMap((grant) => /^GRANT (.*) ON (\S+) TO/.exec(grant)?.slice(1, 3).join(' ON ') ?? []);
    expect(given.map((grant) => grant.split(' ON ')[1])).toEqual(['*.*', 'warehouse.*']);
    expect(given[0]).toBe('USAGE ON *.*');
    expect(given[1]?.split(' ON ')[0]?.split(', ').sort()).toEqual(documentedRights.split(', ').sort());
  });

  it('rejects a wrong password', async () => {
    await expect(ask(server.url.replace(server.password, 'wrong'), 'SELECT 1')).rejects.toThrow('Access denied');
  });

  it('runs next to a second one, which deletes its data when it stops', async () => {
    const second = await start();
    expect(second.port).not.toBe(server.port);
    const [row] = await ask(second.url, 'SELECT @@datadir AS folder');
    expect(existsSync(String(row?.['folder']))).toBe(true);
    await second.stop();
    expect(existsSync(String(row?.['folder']))).toBe(false);
  });

  it('reports why it does not start', async () => {
    await expect(start({ settings: { no_such_setting: '1' } })).rejects.toThrow(`${product} did not start`);
  });
});

it('a MariaDB for tests accepts connections from its own client', async () => {
  const server = await startMariaDb();
  try {
    const client = await findMariaDbClient(() => undefined);
    const { host, port, user, password, database } = server;
    expect(
      await runCommand(client, [
        '-N',
        `-h${host}`,
        `-P${port}`,
        `-u${user}`,
        `-p${password}`,
        database,
        '-e',
        'SELECT 6 * 7',
      ]),
    ).toBe('42\n');
  } finally {
    await server.stop();
  }
});
