import mysql, { type RowDataPacket } from 'mysql2/promise';
import { Client } from 'pg';
import { startMariaDb } from '../../support/machine/mariadb.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { fastClock } from '../../support/zapier-runtime/fast-clock.ts';
import { ZapierAppError } from '../../support/zapier-runtime/zapier-app-error.ts';
import { startZapierBackend, type ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import { builtZip } from './built-zip.ts';
import { groupsOf } from './sandbox-accounts.ts';

let sandbox: Sandbox;
let postgres: Postgres;
let zapier: ZapierBackend;
let account: Record<string, unknown>;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 3_000 });
  postgres = await startPostgres();
  zapier = await startZapierBackend(await builtZip());
  const { host, port, database, user, password } = postgres;
  account = {
    ...groupsOf(sandbox).quantemplate,
    sql_host: host,
    sql_port: port,
    sql_database: database,
    sql_user: user,
    sql_password: password,
    sql_ssl: 'off',
  };
});

afterAll(async () => {
  await zapier?.close();
  await postgres?.stop();
  await sandbox?.stop();
});

beforeEach(() => sandbox.control.reset());

async function rowsOf(table: string): Promise<number> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT count(*)::int AS rows FROM ${table}`);
    return (rows[0] as { rows: number }).rows;
  } finally {
    await client.end();
  }
}

/** The file of a Quantemplate step, as Zapier passes it to the next step. */
async function download(): Promise<{ file: unknown }> {
  const { output } = await zapier.create('quantemplate_download_dataset', {
    authData: account,
    inputData: { dataset: 'd-claims' },
  });
  const { file } = await zapier.resolvePointers({ file: output['file'] });
  return { file };
}
const load = async (inputData: Record<string, unknown>, authData = account, backend = zapier) =>
  (await backend.create('sql_table_load_dataset', { authData, inputData: { mode: 'replace', ...inputData } })).output;
const refusal = async (inputData: Record<string, unknown>, authData = account, backend = zapier): Promise<string> => {
  const error: unknown = await load(inputData, authData, backend).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ZapierAppError);
  expect(JSON.stringify(error)).not.toContain(postgres.password);
  return (error as ZapierAppError).userMessage ?? '';
};

describe('Load Dataset on Zapier', () => {
  it('loads the file of a previous step, replaces the table, and appends to it', async () => {
    expect(await load({ ...(await download()), table: 'claims' })).toMatchObject({
      id: 'claims',
      rows: 3_000,
      rejected: 0,
    });
    await load({ ...(await download()), table: 'claims', mode: 'replace' });
    expect(await rowsOf('claims')).toBe(3_000);
    await load({ ...(await download()), table: 'claims', mode: 'append' });
    expect(await rowsOf('claims')).toBe(6_000);
    expect(await refusal({ ...(await download()), table: 'claims', mode: 'create' })).toMatch(/exists/);
  });

  it('renames columns of a dictionary and leaves columns out', async () => {
    const input = { ...(await download()), table: 'renamed', columnMapping: { claim: 'Claim Number' } };
    const { columns } = await load({ ...input, leaveOut: ['Policy Number'] });
    const names = (columns as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('claim');
    expect(names).not.toContain('Claim Number');
    expect(names).not.toContain('Policy Number');
  });

  it('maps columns in a form with the columns of the table, and those of the file once one is chosen', async () => {
    const fields = async (inputData: Record<string, unknown>) =>
      (await zapier.inputFields('sql_table_load_dataset', { authData: account, inputData }))
        .filter(({ key }) => key.startsWith('columnMapping'))
        .map(({ key, label, group, choices }) => ({ key, label, group, choices }));
    const { file } = await download();
    await load({ file, table: 'by_form', columnMapping: { claim: 'Claim Number' }, leaveOut: ['Policy Number'] });
    const dictionary = [{ key: 'columnMapping', label: 'Column Mapping', group: 'columnMapping', choices: undefined }];
    expect(await fields({})).toEqual(dictionary);
    expect(await fields({ table: 'not_there' })).toEqual(dictionary);
    const [claim] = await fields({ table: 'by_form' });
    expect(claim).toEqual({ key: 'columnMapping_claim', label: 'claim', group: 'columnMapping', choices: undefined });
    const [listed] = await fields({ table: 'by_form', file });
    expect(listed?.choices).toEqual(expect.arrayContaining(['Claim Number', 'Policy Number']));
    const mapped = {
      file,
      table: 'by_form',
      mode: 'append',
      columnMapping_claim: 'Claim Number',
      columnMapping_Status: '',
    };
    expect(await load({ ...mapped, leaveOut: ['Policy Number'] })).toMatchObject({ rows: 3_000 });
    expect(await rowsOf('by_form WHERE claim IS NOT NULL')).toBe(6_000);
    // A dictionary that was filled in before the columns were known stays visible and in effect.
    const kept = { ...mapped, columnMapping: { claim: 'Claim Number' }, columnMapping_claim: 'Status' };
    expect(await fields(kept)).toEqual(dictionary);
    expect(await load({ ...kept, leaveOut: ['Policy Number'] })).toMatchObject({ rows: 3_000 });
    expect(await rowsOf('by_form WHERE claim IS NOT NULL')).toBe(9_000);
  });

  it('updates rows by key, adds new ones, and loads once per load key', async () => {
    const upsert = { ...(await download()), table: 'keyed', mode: 'upsert', key: ['Claim Number'], loadKey: 'event-1' };
    expect(await load(upsert)).toMatchObject({ rows: 3_000, inserted: 3_000, loadId: 'event-1' });
    expect(await load(upsert)).toMatchObject({ rows: 3_000, repeated: true });
    expect(await load({ ...upsert, loadKey: 'event-2' })).toMatchObject({ updated: 3_000, inserted: 0 });
    expect(await rowsOf('keyed')).toBe(3_000);
    expect(await refusal({ ...upsert, loadKey: 'event-3', key: ['Policy Number'] })).toMatch(/not unique|empty/);
  });

  it('loads into MariaDB atomically', async () => {
    const mariadb = await startMariaDb();
    try {
      const { host, port, database, user, password } = mariadb;
      const there = {
        ...account,
        sql_engine: 'mysql',
        sql_host: host,
        sql_port: String(port),
        sql_database: database,
        sql_user: user,
        sql_password: password,
      };
      expect(await load({ ...(await download()), table: 'claims', loadKey: 'event-1' }, there)).toMatchObject({
        id: 'claims',
        rows: 3_000,
        loadId: 'event-1',
      });
      expect(
        await load({ ...(await download()), table: 'claims', mode: 'upsert', key: ['Claim Number'] }, there),
      ).toMatchObject({
        updated: 3_000,
        inserted: 0,
      });
      expect(await refusal({ ...(await download()), table: 'claims', mode: 'create' }, there)).toMatch(/exists/);
      const client = await mysql.createConnection(mariadb.url);
      const [rows] = await client.query<RowDataPacket[]>('SELECT count(*) AS number FROM claims');
      await client.end();
      expect(rows[0]?.['number']).toBe(3_000);
    } finally {
      await mariadb.stop();
    }
  });

  it('previews rows and column types of a dataset', async () => {
    const { output } = await zapier.create('sql_table_preview_dataset', {
      authData: account,
      inputData: { ...(await download()), rows: '3' },
    });
    expect(output['rows']).toHaveLength(3);
    expect(output).toMatchObject({
      complete: true,
      columns: expect.arrayContaining([expect.objectContaining({ name: 'Claim Number', type: 'text' })]),
    });
  });

  it('checks a dataset against rules without changing anything', async () => {
    const { output } = await zapier.create('sql_table_check_dataset', {
      authData: account,
      inputData: {
        ...(await download()),
        rules: ['rows >= 1', 'Claim Number is unique', 'Claim Number matches ^nothing$'],
      },
    });
    expect(output).toMatchObject({
      passed: false,
      rows: 3_000,
      failedRules: 1,
      summary: expect.stringContaining('✗ Claim Number matches ^nothing$: 3000 rows.'),
    });
  });

  it('accepts a URL of a file', async () => {
    const file = `${sandbox.baseUrl}/web/public/claims.csv?signature=hush-hush`;
    expect(await load({ file, table: 'from_url' })).toMatchObject({ rows: 300 });
    expect(await refusal({ file: file.replace('public', 'files'), table: 'from_url' })).toMatch(
      /status 401.*requires no login/s,
    );
  });

  it('does not offer SQLite, because Zapier has no persistent storage', async () => {
    const fields = (await zapier.definition()).authentication?.fields ?? [];
    expect(fields.map(({ key }) => key)).toEqual(expect.arrayContaining(['sql_host', 'sql_engine']));
    expect(fields.filter(({ key }) => key === 'sql_file')).toEqual([]);
    expect(JSON.stringify(fields.find(({ key }) => key === 'sql_engine')?.choices)).toMatch(
      /postgresql.*mysql.*sqlserver/,
    );
    expect(JSON.stringify(fields.find(({ key }) => key === 'sql_engine')?.choices)).not.toMatch(/sqlite/i);
  });

  it('reports a problem with the connection', async () => {
    expect(await refusal({ ...(await download()), table: 'x' }, { ...account, sql_password: 'wrong' })).toMatch(
      /password/i,
    );
    expect(
      await refusal({ ...(await download()), table: 'x' }, { ...account, sql_host: 'no-such-host.invalid' }),
    ).toMatch(/host|reach|found/i);
    expect(await refusal({ ...(await download()), table: 'x' }, { ...account, sql_port: '1' })).toMatch(
      /port|answers|reach/i,
    );
    const tested: unknown = await zapier
      .authTest({ ...account, sql_password: 'wrong' })
      .catch((error: unknown) => error);
    expect((tested as ZapierAppError).userMessage).toMatch(/^SQL Database: .*password/i);
  });

  it('does not change the table when the dataset is truncated', async () => {
    const file = `${sandbox.baseUrl}/web/public/claims.csv`;
    sandbox.faults.add({ match: { path: /claims\.csv/ }, times: 20, fault: { kind: 'cut', afterBytes: 10 } });
    // The step tries again until its time is up.
    const fast = await startZapierBackend(await builtZip(), { environment: fastClock(10) });
    try {
      expect(await refusal({ file, table: 'claims', mode: 'replace' }, account, fast)).toMatch(/\S/);
    } finally {
      await fast.close();
    }
    expect(await rowsOf('claims')).toBe(6_000);
  });
});
