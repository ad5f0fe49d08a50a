import { isDownload } from '../../../shared/src/define/download.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import { databricks } from '../../../shared/src/services/databricks/service.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { workspaceUrl: 'https://adb-1.7.azuredatabricks.net', token: 'dapi-very-secret' };
const files = 'https://adb-1.7.azuredatabricks.net/api/2.0/fs/files/Volumes';
const folders = 'https://adb-1.7.azuredatabricks.net/api/2.0/fs/directories/Volumes';
const download = (path: string, host: FakeHost) => operate(databricks, 'downloadFile', { path }, host, connection);

describe('Download File (Databricks)', () => {
  it('returns the file with its size and media type', async () => {
    const host = fakeHost().on('GET', `${files}/main/claims/landing/claims.csv`, {
      headers: { 'content-type': 'application/octet-stream', 'content-length': '4' },
      text: 'a\n1\n',
    });
    expect(await download('/Volumes/main/claims/landing/claims.csv', host)).toEqual({
      path: '/Volumes/main/claims/landing/claims.csv',
      size: 4,
      file: { name: 'claims.csv', mediaType: 'text/csv', text: 'a\n1\n' },
    });
    expect(host.requests[0]?.headers['authorization']).toBe('Bearer dapi-very-secret');
  });

  it('encodes path segments and accepts dbfs: paths', async () => {
    const host = fakeHost().on('GET', `${files}/main/claims/landing/100%20%25%20%23%20%C3%BC%3F.csv`, { text: 'a\n' });
    await download('dbfs:/Volumes/main/claims/landing/100 % # ü?.csv', host);
    expect(host.requests[0]?.url).toBe(`${files}/main/claims/landing/100%20%25%20%23%20%C3%BC%3F.csv`);
  });

  it.each([
    '/FileStore/claims.csv',
    'claims.csv',
    '/Volumes/main/claims/claims.csv',
    '/Volumes/main/claims/landing/../../../x',
    's3://bucket/claims.csv',
  ])('rejects %s, which is not a volume file', async (path) => {
    const host = fakeHost();
    await expect(download(path, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('File Path'),
      hint: expect.stringContaining('/Volumes/'),
    });
    expect(host.requests).toEqual([]);
  });

  it('explains missing permissions and missing files', async () => {
    const refuse = (status: number, error_code: string) =>
      fakeHost().on('GET', `${files}/main/claims/landing/x.csv`, { status, json: { error_code, message: 'No.' } });
    await expect(
      download('/Volumes/main/claims/landing/x.csv', refuse(403, 'PERMISSION_DENIED')),
    ).rejects.toMatchObject({ code: 'forbidden', hint: expect.stringContaining('READ VOLUME') });
    await expect(download('/Volumes/main/claims/landing/x.csv', refuse(404, 'NOT_FOUND'))).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('case-sensitive'),
    });
  });

  it('lists the files of a folder page by page, without subfolders', async () => {
    const entry = (name: string, more = {}) => ({
      path: `/Volumes/main/claims/landing/${name}`,
      name,
      is_directory: false,
      file_size: 48_213,
      ...more,
    });
    const host = fakeHost().on('GET', `${folders}/main/claims/landing`, ({ query }) => ({
      json:
        query['page_token'] === 'p2'
          ? { contents: [entry('b.csv', { file_size: 12_511_200 })] }
          : { contents: [entry('archive/', { is_directory: true }), entry('a.csv')], next_page_token: 'p2' },
    }));
    const field = databricks.operations.find(isDownload)?.input['path'];
    const list = field && describeField(field).choices;
    const load = (query: object, folder = '/Volumes/main/claims/landing/') =>
      list?.load({ input: { folder }, ...query }, context(databricks, host, connection));
    expect(list?.needs).toEqual(['folder']);
    expect(await load({})).toEqual({
      choices: [{ value: '/Volumes/main/claims/landing/a.csv', label: 'a.csv (49 KB)' }],
      nextPage: 'p2',
    });
    expect(await load({ page: 'p2' })).toEqual({
      choices: [{ value: '/Volumes/main/claims/landing/b.csv', label: 'b.csv (13 MB)' }],
    });
    await expect(load({}, '/tmp')).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('“Folder”'),
    });
  });
});
