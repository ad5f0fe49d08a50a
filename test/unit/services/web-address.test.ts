import { webAddress } from '../../../shared/src/services/web-address/service.ts';
import { describeError } from '../../../shared/src/host/error.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const website = 'https://files.example.com';
const csv: Answer = { headers: { 'content-type': 'text/csv', 'content-length': '4' }, text: 'a\n1\n' };
const bearer = { website, authentication: 'bearer', token: 'very-secret' };
const header = { website, authentication: 'header', headerName: 'X-API-Key', headerSecret: 'very-secret' };
const download = (url: string, host: FakeHost, connection: Record<string, unknown> = bearer) =>
  operate(webAddress, 'downloadFile', { url }, host, connection);

describe('Download File of a web address', () => {
  it('returns the file without the query of its URL', async () => {
    const host = fakeHost().on('GET', `${website}/exports/claims.csv`, csv);
    const result = await download(`${website}/exports/claims.csv?signature=hush`, host);
    expect(result).toEqual({
      url: `${website}/exports/claims.csv`,
      name: 'claims.csv',
      size: 4,
      file: { name: 'claims.csv', mediaType: 'text/csv', text: 'a\n1\n' },
    });
    expect(host.requests[0]?.query).toEqual({ signature: 'hush' });
  });

  it('accepts a path on the website', async () => {
    const host = fakeHost().on('GET', `${website}/exports/claims.csv`, csv);
    await download('/exports/claims.csv', host);
    await download('exports/claims.csv', host, { ...bearer, website: 'files.example.com/somewhere' });
    expect(host.requests).toHaveLength(2);
  });

  it.each([
    [{ website }, {}],
    [bearer, { authorization: 'Bearer very-secret' }],
    [
      { website, authentication: 'basic', user: 'ada', password: 'very-secret' },
      { authorization: `Basic ${Buffer.from('ada:very-secret').toString('base64')}` },
    ],
    [header, { 'x-api-key': 'very-secret' }],
  ])('authenticates with the connection %j', async (connection, expected) => {
    const host = fakeHost().on('GET', `${website}/claims.csv`, csv);
    await download('/claims.csv', host, connection);
    expect(host.requests[0]?.headers).toEqual({ accept: '*/*', ...expected });
  });

  it.each([
    'https://example.com/claims.csv',
    'http://files.example.com/claims.csv',
    'https://files.example.com:8443/claims.csv',
    '//example.com/claims.csv',
    'https://ada:x@files.example.com/claims.csv',
    'file:///etc/passwd',
  ])('rejects %s, which is on another website', async (url) => {
    const host = fakeHost();
    const error = await download(url, host).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('is not on https://files.example.com'),
    });
    expect(host.requests).toEqual([]);
  });

  it('requires https except on this machine', async () => {
    await expect(download('/claims.csv', fakeHost(), { website: 'http://files.example.com' })).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('https'),
    });
    expect(
      await download('/claims.csv', fakeHost().on('GET', 'http://127.0.0.1:4000/claims.csv', csv), {
        website: 'http://127.0.0.1:4000',
      }),
    ).toMatchObject({ name: 'claims.csv' });
  });

  it.each([
    [bearer, 'authorization'],
    [header, 'x-api-key'],
  ])('removes the credentials when it is redirected to another website and back', async (connection, name) => {
    const host = fakeHost()
      .on('GET', `${website}/a`, { status: 302, headers: { location: '/b' } })
      .on('GET', `${website}/b`, { status: 307, headers: { location: 'https://cdn.example.com/c?signature=hush' } })
      .on('GET', 'https://cdn.example.com/c', { status: 302, headers: { location: `${website}/d` } })
      .on('GET', `${website}/d`, csv);
    await download('/a', host, connection);
    expect(host.requests.map(({ headers }) => name in headers)).toEqual([true, true, false, false]);
  });

  it.each([
    ['http://cdn.example.com/claims.csv', 'not encrypted'],
    ['http://127.0.0.1/claims.csv', 'not encrypted'],
    ['https://', 'does not lead to a valid URL'],
    [`${website}/a`, 'more than 5 redirects'],
  ])('does not follow a redirect to %s', async (location, message) => {
    const host = fakeHost().on('GET', `${website}/a`, { status: 302, headers: { location } });
    await expect(download('/a', host)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['attachment; filename="claims of the week.csv"', 'claims of the week.csv'],
    ["attachment; filename=x.csv; filename*=UTF-8''cl%C3%A4ims.csv", 'cläims.csv'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['inline', 'ex port'],
  ])('names the file by the header %s', async (disposition, name) => {
    const host = fakeHost().on('GET', `${website}/ex%20port`, {
      ...csv,
      headers: { 'content-disposition': disposition },
    });
    expect(await download('/ex%20port', host)).toMatchObject({ name });
  });

  it.each([
    [401, 'unauthorized', 'authentication method'],
    [403, 'forbidden', 'for access'],
    [404, 'not-found', 'browser'],
  ])('reports status %d without the error page', async (status, code, hint) => {
    const host = fakeHost().on('GET', `${website}/claims.csv`, { status, text: 'your key very-secret is wrong' });
    const error: unknown = await download('/claims.csv?signature=hush', host).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    const text = describeError(error, 'n8n');
    expect(text).toContain(hint);
    expect(text).not.toMatch(/very-secret|hush/);
  });

  it.each([
    [{ authentication: 'bearer' }, 'Token'],
    [{ authentication: 'bearer', token: 'ab\ncd' }, 'Token'],
    [{ authentication: 'bearer', token: 'abc…' }, 'Token'],
    [{ authentication: 'basic' }, 'User'],
    [{ authentication: 'header', headerName: 'X-Key' }, 'Header Value'],
    [{ authentication: 'header', headerName: 'X Key', headerSecret: 'x' }, 'Header Name'],
    [{ authentication: 'header', headerName: 'X-Key', headerSecret: 'x\r\nHost: y' }, 'Header Value'],
    [{ authentication: 'header', headerName: 'X-Key', headerSecret: 'x\u0001“y”' }, 'Header Value'],
  ])('reports a missing value in %j', async (login, label) => {
    await expect(download('/claims.csv', fakeHost(), { website, ...login })).rejects.toMatchObject({
      code: 'not-connected',
      message: expect.stringContaining(label),
    });
  });
});

describe('The connection test of a website', () => {
  const test = (host: FakeHost) => webAddress.connection.test(context(webAddress, host, bearer));

  it('passes when the website responds and does not reject the credentials', async () => {
    for (const status of [200, 403, 404, 405])
      expect(await test(fakeHost().on('HEAD', `${website}/`, { status }))).toBe('files.example.com');
    await expect(test(fakeHost().on('HEAD', `${website}/`, { status: 401 }))).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await expect(test(fakeHost().on('HEAD', `${website}/`, 'lost'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
