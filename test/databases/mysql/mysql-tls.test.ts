import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { makeCertificate, type Certificate } from '../../support/machine/certificate.ts';
import type { MysqlServer } from '../../support/machine/mysql-family.ts';
import { loadCsv } from '../load-csv.ts';
import { hinting } from '../hinting.ts';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Self-signed certificates, each its own authority. */
const certificates: Record<'byName' | 'byAddress' | 'elsewhere', Certificate> = {
  byName: makeCertificate({ names: ['localhost'], addresses: [] }),
  byAddress: makeCertificate({ names: ['db.example'], addresses: [[127, 0, 0, 1]] }),
  elsewhere: makeCertificate({ names: ['db.example'], addresses: [[10, 0, 0, 1]] }),
};

describe.each(mysqlProducts)('An encrypted connection to %s', (product, start) => {
  const servers: MysqlServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const authorityOf = (name: keyof typeof certificates): string => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, certificates[name].certificate);
    return `ca=${encodeURIComponent(file)}`;
  };
  const running: Partial<Record<keyof typeof certificates, Promise<MysqlServer>>> = {};
  const serverWith = (name: keyof typeof certificates): Promise<MysqlServer> =>
    (running[name] ??= start({ certificate: certificates[name] }).then((server) => {
      servers.push(server);
      return server;
    }));
  const load = async (name: keyof typeof certificates, host: string, query: string): Promise<unknown> => {
    const { url } = await serverWith(name);
    return loadCsv(`${url.replace('127.0.0.1', host)}?${query}`, 'a\n1\n', { table: 'secret', mode: 'replace' });
  };

  it.each([
    ['its name', 'byName', 'localhost'],
    ['its IP address', 'byAddress', '127.0.0.1'],
  ] as const)('is accepted with a certificate for %s', async (_case, name, host) => {
    expect(await load(name, host, `ssl=verify&${authorityOf(name)}`)).toMatchObject({ rows: 1 });
  });

  it.each([
    ['another IP address, by its address', 'elsewhere', '127.0.0.1'],
    ['another name, by its name', 'elsewhere', 'localhost'],
    ['its name alone, by its address', 'byName', '127.0.0.1'],
    ['its address alone, by its name', 'byAddress', 'localhost'],
  ] as const)('is refused with a certificate for %s', async (_case, name, host) => {
    await expect(load(name, host, `ssl=verify&${authorityOf(name)}`)).rejects.toMatchObject({
      code: 'unavailable',
      hint: hinting('certificate'),
    });
    expect(await load(name, host, 'ssl=encrypt')).toMatchObject({ rows: 1 });
  });

  it('is refused when the certificate authority is unknown', async () => {
    await expect(load('byName', 'localhost', 'ssl=verify')).rejects.toMatchObject({
      code: 'unavailable',
      hint: hinting('Encrypt Only'),
    });
    await expect(load('byName', 'localhost', `ssl=verify&${authorityOf('byAddress')}`)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('is encrypted for verify and encrypt', async () => {
    const { url, adminUrl } = await serverWith('byAddress');
    const admin = await mysql.createConnection({ uri: adminUrl, multipleStatements: true });
    try {
      await admin.query("ALTER USER pipewright@'127.0.0.1' REQUIRE SSL");
      for (const query of [`ssl=verify&${authorityOf('byAddress')}`, 'ssl=encrypt'])
        expect(await loadCsv(`${url}?${query}`, 'a\n1\n', { table: 'secret', mode: 'replace' })).toMatchObject({
          rows: 1,
        });
      await expect(loadCsv(`${url}?ssl=off`, 'a\n1\n', { table: 'secret', mode: 'replace' })).rejects.toMatchObject({
        code: 'unauthorized',
      });
    } finally {
      await admin.query("ALTER USER pipewright@'127.0.0.1' REQUIRE NONE");
      await admin.end();
    }
  });

  it('is required by some servers, and the message names the option', async () => {
    const { adminUrl, url } = await serverWith('byName');
    const admin = await mysql.createConnection({ uri: adminUrl, ssl: { rejectUnauthorized: false } });
    try {
      await admin.query('SET GLOBAL require_secure_transport = ON');
      await expect(loadCsv(`${url}?ssl=off`, 'a\n1\n', { table: 'secret', mode: 'replace' })).rejects.toMatchObject({
        code: product === 'MySQL' ? 'forbidden' : 'unauthorized',
        hint: hinting('Encrypt Only'),
      });
    } finally {
      await admin.query('SET GLOBAL require_secure_transport = OFF');
      await admin.end();
    }
  });
});
