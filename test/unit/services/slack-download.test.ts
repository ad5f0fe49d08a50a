import { slack } from '../../../shared/src/services/slack/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const info = 'https://slack.com/api/files.info';
const bytes = 'https://files.slack.com/files-pri/T1-F0123456789/download/claims.csv';
const file = {
  id: 'F0123456789',
  name: 'claims.csv',
  title: 'Claims',
  mimetype: 'text/csv',
  size: 4,
  mode: 'hosted',
  url_private_download: bytes,
  permalink: 'https://contoso.slack.com/files/U1/F0123456789/claims.csv',
};
const answered = (changes: object = {}): Answer => ({ json: { ok: true, file: { ...file, ...changes } } });
const download = (host: FakeHost, typed = 'F0123456789', more: Record<string, unknown> = {}) =>
  operate(slack, 'downloadFile', { file: typed }, host, { botToken: 'xoxb-very-secret', ...more });
const csv: Answer = { headers: { 'content-type': 'text/csv', 'content-length': '4' }, text: 'a\n1\n' };

describe('Download File (Slack)', () => {
  it('reads the download URL and downloads with the token', async () => {
    const host = fakeHost().on('GET', info, answered()).on('GET', bytes, csv);
    expect(await download(host)).toEqual({
      id: 'F0123456789',
      name: 'claims.csv',
      title: 'Claims',
      size: 4,
      url: file.permalink,
      file: { name: 'claims.csv', mediaType: 'text/csv', text: 'a\n1\n' },
    });
    expect(host.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer xoxb-very-secret',
      'Bearer xoxb-very-secret',
    ]);
  });

  it.each([
    'https://contoso.slack.com/files/U0123456789/F0123456789/claims.csv',
    'https://files.slack.com/files-pri/T024BE7LD-F0123456789/claims.csv',
  ])('extracts the ID from %s', async (address) => {
    const host = fakeHost().on('GET', info, answered()).on('GET', bytes, csv);
    await download(host, address);
    expect(host.requests[0]?.query).toEqual({ file: 'F0123456789' });
  });

  it.each([
    'https://files.example.com/claims.csv',
    'https://files.slack.com.example.com/claims.csv',
    'http://files.slack.com/claims.csv',
    'https://slack.com@example.com/claims.csv',
    'claims.csv',
    '',
  ])('never sends the token to %s', async (url_private_download) => {
    const host = fakeHost().on('GET', info, answered({ url_private_download }));
    await expect(download(host)).rejects.toMatchObject({ code: 'unexpected-response' });
    expect(host.requests).toHaveLength(1);
  });

  it('sends no token on redirects to other hosts', async () => {
    const host = fakeHost()
      .on('GET', info, answered())
      .on('GET', bytes, { status: 302, headers: { location: 'https://storage.example.com/claims.csv' } })
      .on('GET', 'https://storage.example.com/claims.csv', csv);
    expect(await download(host)).toMatchObject({ file: { text: 'a\n1\n' } });
    expect(host.requests[2]?.headers).not.toHaveProperty('authorization');
  });

  it('downloads from GovSlack', async () => {
    const place = 'https://files.slack-gov.com/files-pri/T1-F0123456789/download/claims.csv';
    const host = fakeHost()
      .on('GET', 'https://slack-gov.com/api/files.info', answered({ url_private_download: place }))
      .on('GET', place, csv);
    expect(await download(host, 'F0123456789', { address: 'https://slack-gov.com/api' })).toMatchObject({
      name: 'claims.csv',
    });
  });

  it.each([
    ['lies elsewhere', { is_external: true, mode: 'external' }, 'only links to it'],
    ['was deleted', { mode: 'tombstone' }, 'was deleted'],
    ['is too old for the plan', { mode: 'hidden_by_limit' }, 'workspace’s plan'],
  ])('rejects a file that %s', async (_what, changes, message) => {
    const host = fakeHost().on('GET', info, answered(changes));
    await expect(download(host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message),
    });
    expect(host.requests).toHaveLength(1);
  });

  it('rejects Slack’s login page with status 200, but accepts HTML files', async () => {
    const page: Answer = { headers: { 'content-type': 'text/html; charset=utf-8' }, text: '<!DOCTYPE html>' };
    await expect(download(fakeHost().on('GET', info, answered()).on('GET', bytes, page))).rejects.toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('files:read'),
    });
    expect(
      await download(
        fakeHost()
          .on('GET', info, answered({ mimetype: 'text/html', name: 'report.html' }))
          .on('GET', bytes, page),
      ),
    ).toMatchObject({ name: 'report.html' });
  });

  it.each([
    ['missing_scope', { needed: 'files:read' }, 'forbidden', 'Add the scope files:read'],
    ['file_not_found', {}, 'not-found', 'Check the file ID'],
    ['file_deleted', {}, 'not-found', 'Check the file ID'],
  ])('explains the error %s', async (error, more, code, hint) => {
    const host = fakeHost().on('GET', info, { json: { ok: false, error, ...more } });
    await expect(download(host)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });
});
