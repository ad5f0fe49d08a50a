import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cliServices, datasetSources } from '../../shared/src/catalog/cli-services.ts';
import type { Host } from '../../shared/src/host/host.ts';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { checkInput } from '../../shared/src/define/check-input.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { sandboxConnections } from '../doubles/connections.ts';
import { modeReports } from '../doubles/mode/world.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from '../doubles/sandbox.ts';

const serviceOf = (key: string): Service => {
  const service = cliServices.find((one) => one.key === key);
  if (!service) throw new Error(`The command line has no service ${key}.`);
  return service;
};
const dataset = serviceOf('dataset');
const sqlTable = serviceOf('sqlTable');

const folder = mkdtempSync(join(tmpdir(), 'pipewright-sources-'));
let sandbox: Sandbox;
let dbtRun: string;
let execution: string;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 300 });
  sandbox.control.setDurations({ queuedMilliseconds: 0, runningMilliseconds: 0 });
  dbtRun = String(sandbox.control.startDbtRun({ outcome: 'success' }));
  for (const report of modeReports) sandbox.world.mode.runs.start(report, {});
  execution = sandbox.world.quantemplate.executions.start('p-premiums').id;
  // dbt publishes artifacts with a short delay.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
});

afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => sandbox.faults.clear());

const pauses: number[] = [];
const host = (changes: Partial<Host> = {}): Host => ({
  ...nodeHost({ folder }),
  sleep: async (milliseconds) => void pauses.push(milliseconds),
  ...changes,
});

/** Runs an operation on a dataset as the command line does. */
async function operate(
  service: Service,
  key: string,
  typed: Record<string, unknown>,
  given: Host = host(),
): Promise<Record<string, unknown>> {
  const connections: Record<string, Record<string, unknown>> = {
    ...sandboxConnections(sandbox),
    sql: { engine: 'sqlite', file: 'datasets.db' },
  };
  const valuesOf = ({ key: name, fields }: Service['connection']) => checkInput(fields, connections[name] ?? {});
  const operation = service.operations.find((one) => one.key === key);
  const connectionOf = async (wanted: string) => {
    const source = datasetSources.find(({ connection }) => connection.key === wanted);
    return source ? valuesOf(source.connection) : {};
  };
  const context = { host: given, connection: valuesOf(service.connection), connectionOf };
  return (await operation?.run(checkInput(operation.input, typed) as never, context as never)) as Record<
    string,
    unknown
  >;
}

function query(sql: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'datasets.db'), { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** The input of each source, the number of rows, and the requests for its bytes. */
const cases: Record<string, { input(): Record<string, unknown>; rows: number; bytes: RegExp; resumes: boolean }> = {
  quantemplateDownloadDataset: {
    input: () => ({ quantemplateDownloadDatasetDataset: 'd-claims' }),
    rows: 300,
    bytes: /datasets\/d-claims/,
    resumes: false,
  },
  quantemplateDownloadPipelineOutput: {
    input: () => ({
      quantemplateDownloadPipelineOutputPipeline: 'p-premiums',
      quantemplateDownloadPipelineOutputExecution: execution,
      quantemplateDownloadPipelineOutputOutput: 'Premiums',
    }),
    rows: 100,
    bytes: /outputs\//,
    resumes: false,
  },
  modeDownloadResults: {
    input: () => ({
      modeDownloadResultsReport: sandboxAccounts.mode.reportToken,
      modeDownloadResultsQuery: 'Claims by country',
    }),
    rows: 3,
    bytes: /content\.csv/,
    resumes: false,
  },
  dbtDownloadArtifact: {
    input: () => ({ dbtDownloadArtifactRun: dbtRun, dbtDownloadArtifactArtifact: 'exports/claims summary.csv' }),
    rows: 1,
    bytes: /artifacts\/exports/,
    resumes: true,
  },
  databricksDownloadFile: {
    input: () => ({ databricksDownloadFilePath: sandboxAccounts.databricks.filePath }),
    rows: 300,
    bytes: /fs\/files/,
    resumes: true,
  },
  slackDownloadFile: {
    input: () => ({ slackDownloadFileFile: sandboxAccounts.slack.fileId }),
    rows: 300,
    bytes: /files-pri/,
    resumes: true,
  },
  webAddressDownloadFile: {
    input: () => ({ webAddressDownloadFileUrl: `${sandbox.baseUrl}/web/moved/claims.csv` }),
    rows: 300,
    bytes: /web\/files/,
    resumes: true,
  },
};

it('Every download of a service with datasets is a source', () => {
  expect(datasetSources.map(({ key }) => key).sort()).toEqual(Object.keys(cases).sort());
});

describe.each(Object.entries(cases))('The source %s', (source, { input, rows, bytes, resumes }) => {
  const typed = (more: object = {}) => ({ source, table: source, mode: 'replace', ...input(), ...more });

  it('loads directly into a table', async () => {
    expect(await operate(sqlTable, 'loadDataset', typed())).toMatchObject({ rows });
    expect(query(`SELECT count(*) AS rows FROM "${source}"`)).toEqual([{ rows }]);
  });

  it(
    resumes ? 'resumes after a broken connection' : 'fails when a connection breaks, because its server cannot resume',
    async () => {
      sandbox.faults.add({ match: { path: bytes }, fault: { kind: 'cut', afterBytes: 10 } });
      const loaded = operate(sqlTable, 'loadDataset', typed());
      if (resumes) expect(await loaded).toMatchObject({ rows });
      else await expect(loaded).rejects.toMatchObject({ code: 'incomplete' });
    },
  );

  it('does not change the table, and fails checks and rows, when it is truncated', async () => {
    const cut = () => sandbox.faults.add({ match: { path: bytes }, times: 20, fault: { kind: 'cut', afterBytes: 0 } });
    for (const [service, key, more] of [
      [sqlTable, 'loadDataset', {}],
      [dataset, 'checkDataset', { rules: 'rows >= 0' }],
      [dataset, 'getRows', {}],
      [dataset, 'previewDataset', {}],
    ] as const) {
      cut();
      await expect(operate(service, key, typed(more))).rejects.toMatchObject({ code: 'incomplete' });
      sandbox.faults.clear();
    }
    expect(query(`SELECT count(*) AS rows FROM "${source}"`)).toEqual([{ rows }]);
  });

  it('supports Get Rows, a preview and a check without a database', async () => {
    expect(await operate(dataset, 'getRows', typed({ rows: 2 }))).toMatchObject({
      count: Math.min(2, rows),
      firstRow: 1,
    });
    expect(await operate(dataset, 'previewDataset', typed())).toMatchObject({ complete: true });
    expect(await operate(dataset, 'checkDataset', typed({ rules: `rows = ${rows}` }))).toMatchObject({
      passed: true,
      rows,
    });
  });
});

it('ZIP files from Mode, a volume or a website are extracted', async () => {
  const zips: [Record<string, unknown>, number][] = [
    [{ source: 'modeDownloadResults', modeDownloadResultsReport: '4e0af8c30001' }, 2],
    [{ source: 'databricksDownloadFile', databricksDownloadFilePath: '/Volumes/main/claims/landing/claims.zip' }, 300],
    [{ source: 'webAddressDownloadFile', webAddressDownloadFileUrl: '/web/public/claims.zip' }, 300],
    [{ source: 'webAddressDownloadFile', webAddressDownloadFileUrl: '/web/public/claims.csv.gz' }, 300],
    [
      {
        source: 'webAddressDownloadFile',
        webAddressDownloadFileUrl: '/web/public/two.zip',
        fileInZip: 'countries.csv',
      },
      1,
    ],
  ];
  for (const [place, [typed, rows]] of zips.entries())
    expect(
      await operate(sqlTable, 'loadDataset', { table: `zipped_${place}`, mode: 'replace', ...typed }),
    ).toMatchObject({ rows });
  await expect(
    operate(sqlTable, 'loadDataset', {
      table: 'zipped_4',
      mode: 'replace',
      source: 'webAddressDownloadFile',
      webAddressDownloadFileUrl: '/web/public/two.zip',
    }),
  ).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'The ZIP contains several files: “claims.csv”, “countries.csv”.',
  });
  expect(query('SELECT count(*) AS rows FROM zipped_4')).toEqual([{ rows: 1 }]);
});

it('Get Rows returns batches and downloads no more than it needs', async () => {
  sandbox.control.writeDataset('d-large', 40_000);
  const typed = { source: 'quantemplateDownloadDataset', quantemplateDownloadDatasetDataset: 'd-large', rows: 3 };
  const first = await operate(dataset, 'getRows', typed);
  expect(first).toMatchObject({ count: 3, firstRow: 1, nextRow: 4 });
  const second = await operate(dataset, 'getRows', { ...typed, firstRow: first['nextRow'] });
  expect((second['rows'] as Record<string, unknown>[])[0]).not.toEqual((first['rows'] as Record<string, unknown>[])[0]);
  expect(await operate(dataset, 'getRows', { ...typed, firstRow: 40_000 })).toMatchObject({ count: 1 });
  expect(await operate(dataset, 'getRows', { ...typed, firstRow: 40_001 })).toEqual(
    expect.objectContaining({ count: 0, rows: [] }),
  );
});

it('Zapier rejects a dataset that is too large before it starts', async () => {
  const path = join(folder, 'large.csv');
  const large = {
    name: 'large.csv',
    mediaType: 'text/csv',
    size: 240 * 1024 * 1024,
    open: async () => Promise.reject(new Error('It was opened.')),
  };
  const files = {
    ...host().files,
    read: async () => ({
      ...large,
      open: async () =>
        (async function* () {
          yield Buffer.from('a\n1\n');
        })(),
    }),
  };
  const zapier = host({ files, maxWaitSeconds: 25 });
  const load = (given: Host) =>
    operate(sqlTable, 'loadDataset', { table: 'large', mode: 'replace', file: path }, given);
  await expect(load(zapier)).rejects.toMatchObject({
    code: 'timed-out',
    message: expect.stringContaining('it has 240 MB, and a step can read up to 100 MB in 25 seconds'),
    hint: expect.stringMatching(/Run Pipeline .*docs\/pipelines/),
  });
  await expect(operate(dataset, 'checkDataset', { file: path, rules: 'rows >= 1' }, zapier)).rejects.toMatchObject({
    code: 'timed-out',
  });
  expect(query("SELECT name FROM sqlite_master WHERE name = 'large'")).toEqual([]);
  expect(
    await operate(
      dataset,
      'getRows',
      { file: path, rows: 1 },
      {
        ...zapier,
        files: {
          ...files,
          read: async () => ({
            ...large,
            size: 240 * 1024 * 1024,
            open: async () =>
              (async function* () {
                yield Buffer.from('a\n');
                for (;;) yield Buffer.from('1\n2\n');
              })(),
          }),
        },
      },
    ),
  ).toMatchObject({ count: 1 });
  await expect(load(host({ files }))).rejects.toMatchObject({ code: 'incomplete' });
});

it('a rule about a table is rejected without a database and refers to SQL Table', async () => {
  const typed = {
    source: 'webAddressDownloadFile',
    webAddressDownloadFileUrl: '/web/public/claims.csv',
    rules: '"Policy Number" is in table policies.id',
  };
  await expect(operate(dataset, 'checkDataset', typed)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('needs a database'),
    hint: expect.stringContaining('SQL Table'),
  });
});
