import { isDownload } from '../../../shared/src/define/download.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { accessUrl: 'https://ab123.us1.dbt.com', accountId: '12345', apiToken: 'dbtc_very-secret' };
const artifacts = 'https://ab123.us1.dbt.com/api/v2/accounts/12345/runs/70/artifacts/';
const download = (typed: Record<string, unknown>, host: FakeHost) =>
  operate(dbt, 'downloadArtifact', { run: '70', ...typed }, host, connection);

describe('Download Artifact (dbt)', () => {
  it('returns the file unchanged under its own name', async () => {
    const host = fakeHost().on('GET', `${artifacts}run_results.json`, {
      headers: { 'content-type': 'application/json' },
      text: '{"results":[]}',
    });
    expect(await download({ artifact: 'run_results.json' }, host)).toEqual({
      runId: '70',
      artifact: 'run_results.json',
      file: { name: 'run_results.json', mediaType: 'application/json', text: '{"results":[]}' },
    });
    expect(host.requests[0]?.headers).toMatchObject({ authorization: 'Token dbtc_very-secret', accept: '*/*' });
  });

  it('supports paths with folders and spaces, and a step', async () => {
    const host = fakeHost().on('GET', `${artifacts}exports/claims%20%26%20more.csv`, { text: 'a\n1\n' });
    expect(await download({ artifact: '/exports/claims & more.csv', step: 4 }, host)).toMatchObject({
      file: { name: 'claims & more.csv', mediaType: 'text/csv' },
    });
    expect(host.requests[0]?.query).toEqual({ step: '4' });
  });

  it('extracts the run ID from the URL of its page', async () => {
    const host = fakeHost().on('GET', `${artifacts}manifest.json`, { json: {} });
    await download(
      { run: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/70', artifact: 'manifest.json' },
      host,
    );
    expect(host.requests).toHaveLength(1);
  });

  it('explains that a missing artifact may become available later', async () => {
    const host = fakeHost().on('GET', `${artifacts}run_results.json`, {
      status: 404,
      json: { status: { user_message: 'The requested artifact was not found.' } },
    });
    await expect(download({ artifact: 'run_results.json' }, host)).rejects.toMatchObject({
      code: 'not-found',
      message: 'dbt returned an error: The requested artifact was not found.',
      hint: expect.stringContaining('Job Run Completed'),
    });
  });

  it('requires an artifact and a numeric run ID', async () => {
    await expect(download({}, fakeHost())).rejects.toMatchObject({
      code: 'invalid-input',
      message: '“Artifact” is missing.',
    });
    await expect(download({ run: 'last', artifact: 'x.json' }, fakeHost())).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Run ID'),
    });
  });

  it('lists the artifacts of the run', async () => {
    const host = fakeHost().on('GET', artifacts, {
      json: { data: ['manifest.json', 'run_results.json', 'exports/claims.csv'] },
    });
    const field = dbt.operations.find(isDownload)?.input['artifact'];
    const list = field && describeField(field).choices;
    const load = (query: object) =>
      list?.load(
        { input: { run: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/70' }, ...query },
        context(dbt, host, connection),
      );
    expect(list?.needs).toEqual(['run']);
    expect((await load({}))?.choices).toHaveLength(3);
    expect((await load({ search: 'CSV' }))?.choices).toEqual([
      { value: 'exports/claims.csv', label: 'exports/claims.csv' },
    ]);
    host.on('GET', artifacts, { status: 404, json: {} });
    await expect(load({})).rejects.toMatchObject({ hint: expect.stringContaining('run the step again later') });
  });
});
