import { describeError } from '../../../shared/src/host/error.ts';
import type { Bytes } from '../../../shared/src/host/bytes.ts';
import { openUrl } from '../../../shared/src/http/open-url.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';

const address = 'https://files.example.com/exports/claims.csv';
const signed = `${address}?X-Sig=hush%2Fhush&part=hush-part`;

const open = (host: FakeHost, url = signed) => openUrl(new URL(url), host);

async function read(bytes: Bytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('openUrl', () => {
  it('opens a file with its name, type and size, and sends the whole query', async () => {
    const host = fakeHost().on('GET', address, { headers: { 'content-length': '4' }, text: 'a\n1\n' });
    const { bytes, ...file } = await open(host);
    expect(file).toEqual({ name: 'claims.csv', mediaType: 'text/csv', size: 4 });
    expect(await read(bytes)).toBe('a\n1\n');
    expect(host.requests.map(({ query }) => query)).toEqual([{ 'X-Sig': 'hush/hush', part: 'hush-part' }]);
  });

  it.each([
    ['attachment; filename="claims of the week.zip"', 'claims of the week.zip'],
    ["attachment; filename=x.csv; filename*=UTF-8''Gr%C3%B6%C3%9Fe.jsonl", 'Größe.jsonl'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['inline', 'claims.csv'],
  ])('names the file by the Content-Disposition %s', async (disposition, name) => {
    const host = fakeHost().on('GET', address, { headers: { 'content-disposition': disposition }, text: 'a' });
    expect((await open(host)).name).toBe(name);
  });

  it('retries a failing server, and follows a redirect to a signed URL', async () => {
    const host = fakeHost()
      .on('GET', address, [
        { status: 503 },
        { status: 302, headers: { location: 'https://cdn.example.com/c?signature=x' } },
      ])
      .on('GET', 'https://cdn.example.com/c', { text: 'a\n1\n' });
    expect(await read((await open(host)).bytes)).toBe('a\n1\n');
  });

  it.each([
    [{ status: 401, text: '<html>Log in</html>' }, 'files.example.com returned an error: status 401.'],
    [{ status: 403, text: `<Error><Url>${signed}</Url></Error>` }, 'files.example.com returned an error: status 403.'],
    [{ status: 404 }, 'files.example.com returned an error: status 404.'],
    [{ status: 304 }, 'files.example.com returned an error: a redirect without a URL.'],
    [{ status: 500, text: signed }, 'files.example.com returned an error: status 500.'],
    [{ status: 302, headers: { location: 'http://cdn.example.com/c?X-Sig=hush' } }, /not encrypted/],
    [{ status: 302, headers: { location: 'https://127.0.0.1/c?X-Sig=hush' } }, /local address/],
    ['lost', /files\.example\.com/],
  ] as const)('refuses %j in words, without the query', async (answer, message) => {
    const host = fakeHost().on('GET', address, answer);
    const error: unknown = await open(host).catch((caught: unknown) => caught);
    for (const platform of ['n8n', 'zapier', 'cli'] as const) {
      expect(describeError(error, platform)).toMatch(message);
      expect(describeError(error, platform)).not.toMatch(/credential|in the connection/);
    }
    expect(`${JSON.stringify(error)}${String(error)}${host.logged.join()}`).not.toContain('hush');
  });

  it('removes the query from an error of the network that repeats the URL', async () => {
    const host = fakeHost();
    host.http = async () => Promise.reject(new Error(`The request to ${signed} was blocked.`));
    const error: unknown = await open(host).catch((caught: unknown) => caught);
    expect(String(error)).toMatch(/^Error: The request to https:.* was blocked\.$/);
    expect(String(error)).not.toContain('hush');
  });
});
