import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

const id = (value: string) => ({ __rl: true, mode: 'id', value });

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-extras', 'pipewright-quantemplate']);
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

function quantemplate(parameters: object, changes: object = {}): NodeSetup {
  const { pipewrightQuantemplateApi } = sandboxCredentials(sandbox);
  return {
    node: 'quantemplate',
    credentials: { pipewrightQuantemplateApi: { ...pipewrightQuantemplateApi, ...changes } },
    parameters: { resource: 'dataset', ...parameters },
  };
}

const download = (dataset: string, more: object = {}) => ({
  operation: 'downloadDataset',
  dataset: id(dataset),
  ...more,
});

it('a download stores a dataset as binary data of its item', async () => {
  sandbox.control.writeDataset('d-claims', 200);
  const { items, error } = await n8n.execute(quantemplate(download('d-claims')));
  expect(error).toBeUndefined();
  expect(items[0]).toMatchObject({
    json: { datasetId: 'd-claims', empty: false },
    binary: { data: { fileName: 'd-claims.csv', mimeType: 'text/csv', fileExtension: 'csv' } },
    pairedItem: { item: 0 },
  });
  expect(items[0]?.json).not.toHaveProperty('file');
  const text = Buffer.from(items[0]?.binary?.['data']?.data ?? '', 'base64').toString('utf8');
  expect(text.split('\n').length).toBeGreaterThan(200);
});

it('a download stores a dataset in the selected binary field', async () => {
  const { items } = await n8n.execute(quantemplate(download('d-claims', { options: { outputBinaryField: 'claims' } })));
  expect(Object.keys(items[0]?.binary ?? {})).toEqual(['claims']);
});

it('a download fails when it is interrupted, and keeps no partial file', async () => {
  sandbox.control.writeDataset('d-claims', 2000);
  sandbox.faults.add({ match: { path: /d-claims/ }, fault: { kind: 'cut', afterBytes: 1000 } });
  const { items, error } = await n8n.execute(quantemplate(download('d-claims')));
  expect(items).toEqual([]);
  expect(error?.message).toBe('The connection was lost before the download was complete.');
});

it('the engine starts anew for the next test file, with files in memory', async () => {
  await n8n.keepFilesOnDisk();
  const [before] = (await n8n.execute(quantemplate(download('d-claims')))).items;
  expect(before?.binary?.['data']?.id).toMatch(/^filesystem/);
  await n8n.close();
  n8n = await openN8n(['pipewright-extras', 'pipewright-quantemplate']);
  const [after] = (await n8n.execute(quantemplate(download('d-claims')))).items;
  expect(after?.binary?.['data']).not.toHaveProperty('id');
});

it('a download reports a missing dataset', async () => {
  const { error } = await n8n.execute(quantemplate(download('d-nowhere')));
  expect(error?.httpCode).toMatch(/^40[34]$/);
});

it('an upload reads a file from the binary data of an item', async () => {
  const csv = 'policy,paid\n007,1.50\n';
  const binary = { data: { data: Buffer.from(csv).toString('base64'), mimeType: 'text/csv', fileName: 'claims.csv' } };
  const { items, error } = await n8n.execute(
    quantemplate({ operation: 'uploadDataset', dataset: id('d-claims'), file: 'data' }),
    [{ json: {}, binary }],
  );
  expect(error).toBeUndefined();
  expect(items[0]?.json).toEqual({ datasetId: 'd-claims', fileName: 'claims.csv', size: csv.length });
  const back = await n8n.execute(quantemplate(download('d-claims')));
  expect(Buffer.from(back.items[0]?.binary?.['data']?.data ?? '', 'base64').toString('utf8')).toBe(csv);
});

it('an upload lists the available binary fields when the selected one does not exist', async () => {
  const binary = { report: { data: '', mimeType: 'text/csv' } };
  const { error } = await n8n.execute(
    quantemplate({ operation: 'uploadDataset', dataset: id('d-claims'), file: 'data' }),
    [{ json: {}, binary }],
  );
  expect(error?.message).toContain('“data”');
  expect(error?.description).toContain('report');
});

it('a download does not report a compressed body as truncated', async () => {
  const csv = 'policy,paid\n'.repeat(1000);
  const server = createServer((request, response) => {
    request.resume();
    if (request.url?.startsWith('/login'))
      return response.setHeader('content-type', 'application/json').end('{"access_token":"t","expires_in":300}');
    const packed = gzipSync(csv);
    return response
      .writeHead(200, { 'content-type': 'text/csv', 'content-encoding': 'gzip', 'content-length': packed.length })
      .end(packed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { items, error } = await n8n.execute(
    quantemplate(download('d-packed'), { clientId: 'u-packed', apiUrl: `${base}/v1`, loginUrl: `${base}/login` }),
  );
  server.close();
  expect(error).toBeUndefined();
  expect(Buffer.from(items[0]?.binary?.['data']?.data ?? '', 'base64').toString('utf8')).toBe(csv);
});

// The following tests keep files on disk, as in production.
describe('With binary data on disk', () => {
  it('files are streamed byte for byte', async () => {
    const stored = await n8n.keepFilesOnDisk();
    sandbox.control.writeDataset('d-claims', 5000);
    const { items } = await n8n.execute(quantemplate(download('d-claims')));
    const binary = items[0]?.binary ?? {};
    expect(binary['data']?.id).toMatch(/^filesystem/);
    const before = await stored.read(binary['data']?.id ?? '');
    const { items: sent, error } = await n8n.execute(
      quantemplate({ operation: 'uploadDataset', dataset: id('d-claims'), file: 'data' }),
      [{ json: {}, binary }],
    );
    expect(error).toBeUndefined();
    expect(sent[0]?.json['size']).toBe(before.length);
    const { items: again } = await n8n.execute(quantemplate(download('d-claims')));
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(hash(await stored.read(again[0]?.binary?.['data']?.id ?? ''))).toBe(hash(before));
  });
});

it('Draw Run Timeline outputs a picture without a Slack credential', async () => {
  const steps = [{ name: 'Copy', status: 'succeeded', startedAt: '2026-11-20T08:00:00Z', durationSeconds: 30 }];
  const { items, error } = await n8n.execute({
    node: 'slack',
    parameters: {
      resource: 'runCard',
      operation: 'drawRunTimeline',
      run: JSON.stringify({ id: '1', service: 'dbt', name: 'Daily Job', status: 'succeeded', steps }),
    },
  });
  expect(error).toBeUndefined();
  expect(items[0]?.binary?.['data']?.mimeType).toBe('image/png');
});
