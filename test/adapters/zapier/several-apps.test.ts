import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { runZap } from '../../support/zapier-runtime/zap.ts';
import { startZapierApps, type ZapierApps } from '../../support/zapier-runtime/zapier-apps.ts';
import { builtZip } from './built-zip.ts';
import { groupsOf } from './sandbox-accounts.ts';

let sandbox: Sandbox;
let zapier: ZapierApps;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 50 });
  zapier = await startZapierApps([await builtZip('quantemplate'), await builtZip('datasets')]);
});
afterAll(async () => {
  await zapier?.close();
  await sandbox?.stop();
});

describe('A Zap with steps of several apps', () => {
  const download = () => ({
    action: 'quantemplate_download_dataset',
    authData: groupsOf(sandbox).quantemplate,
    inputData: () => ({ dataset: 'd-claims' }),
  });

  it('passes a file of one app to a step of another, whose connection is empty', async () => {
    const run = await runZap(zapier, {
      trigger: {},
      steps: [
        download(),
        {
          action: 'dataset_get_rows',
          inputData: ({ steps }) => ({ file: steps['quantemplate_download_dataset']?.['file'], rows: '2' }),
        },
      ],
    });
    expect(run.steps.map(({ name, status, error }) => [name, status, error?.message])).toEqual([
      ['quantemplate_download_dataset', 'succeeded', undefined],
      ['dataset_get_rows', 'succeeded', undefined],
    ]);
    expect(run.steps[1]?.output).toMatchObject({ count: 2, firstRow: 1, nextRow: 3 });
  });

  it('names what is missing when the connection of a step that needs a database is empty', async () => {
    const run = await runZap(zapier, {
      trigger: {},
      steps: [
        { action: 'sql_table_load_dataset', inputData: () => ({ file: 'https://example.com/a.csv', table: 'a' }) },
      ],
    });
    expect(run.steps[0]?.error?.message).toMatch(
      /The connection has no values for “SQL Database”.*fill in Host, Port, Database Name, User and Password under/,
    );
  });

  it('gives each app the values of its own connection form only', async () => {
    const run = await runZap(zapier, {
      trigger: {},
      steps: [{ ...download(), authData: groupsOf(sandbox).dbt }],
    });
    expect(run).toMatchObject({ status: 'failed' });
    expect(run.steps[0]?.error?.message).toContain('The connection has no values for “Quantemplate API User”');
  });
});
