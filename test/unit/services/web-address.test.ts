import { webAddress } from '../../../shared/src/services/web-address/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const website = 'https://files.example.com';
const csv: Answer = { headers: { 'content-type': 'text/csv', 'content-length': '4' }, text: 'a\n1\n' };
const bearer = { website, authentication: 'bearer', token: 'very-secret' };
const header = { website, authentication: 'header', headerName: 'X-API-Key', headerSecret: 'very-secret' };
const download = (address: string, host: FakeHost, connection: Record<string, unknown> = bearer) =>
  operate(webAddress, 'downloadFile', { address }, host, connection);

describe('Download File of a web address', () => {
  it('gives the file, and nothing of what stands behind the question mark', async () => {
    const host = fakeHost().on('GET', `${website}/exports/claims.csv`, csv);
    const result = await download(`${website}/exports/claims.csv?signature=hush`, host);
    expect(result).toEqual({
      address: `${website}/exports/claims.csv`,
      name: 'claims.csv',
      size: 4,
      file: { name: 'claims.csv', mediaType: 'text/csv', text: 'a\n1\n' },
    });
    expect(host.requests[0]?.query).toEqual({ signature: 'hush' });
  });

  it('takes what follows the name of the website', async () => {
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
  ])('logs in as the connection says: %j', async (connection, expected) => {
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
  ])('fetches nothing from %s, which is not the website of the connection', async (address) => {
    const host = fakeHost();
    const error = await download(address, host).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('does not lie at https://files.example.com'),
    });
    expect(host.requests).toEqual([]);
  });

  it('fetches only what is encrypted, unless it lies on this very machine', async () => {
    await expect(download('/claims.csv', fakeHost(), { website: 'http://files.example.com' })).rejects.toMatchObject({
      code: 'bad-input',
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
  ])(
    'leaves the log-in behind when it is led to another website, and when it is led back',
    async (connection, name) => {
      const host = fakeHost()
        .on('GET', `${website}/a`, { status: 302, headers: { location: '/b' } })
        .on('GET', `${website}/b`, { status: 307, headers: { location: 'https://cdn.example.com/c?signature=hush' } })
        .on('GET', 'https://cdn.example.com/c', { status: 302, headers: { location: `${website}/d` } })
        .on('GET', `${website}/d`, csv);
      await download('/a', host, connection);
      expect(host.requests.map(({ headers }) => name in headers)).toEqual([true, true, false, false]);
    },
  );

  it.each([
    ['http://cdn.example.com/claims.csv', 'not encrypted'],
    ['http://127.0.0.1/claims.csv', 'not encrypted'],
    ['https://', 'does not lead to a web address'],
    [`${website}/a`, 'more than 5 redirects'],
  ])('is not led to %s', async (location, message) => {
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
  ])('calls the file as the sender does: %s', async (disposition, name) => {
    const host = fakeHost().on('GET', `${website}/ex%20port`, {
      ...csv,
      headers: { 'content-disposition': disposition },
    });
    expect(await download('/ex%20port', host)).toMatchObject({ name });
  });

  it.each([
    [401, 'unauthorized', 'another kind'],
    [403, 'forbidden', 'may not read'],
    [404, 'not-found', 'browser'],
  ])('tells of status %d without the page that came with it', async (status, code, hint) => {
    const host = fakeHost().on('GET', `${website}/claims.csv`, { status, text: 'your key very-secret is wrong' });
    const error = (await download('/claims.csv?signature=hush', host).catch((caught: unknown) => caught)) as Error & {
      hint: string;
    };
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(`${error.message}${error.hint}`).not.toMatch(/very-secret|hush/);
  });

  it.each([
    [{ authentication: 'bearer' }, 'Token'],
    [{ authentication: 'basic' }, 'User'],
    [{ authentication: 'header', headerName: 'X-Key' }, 'Header Value'],
    [{ authentication: 'header', headerName: 'X Key', headerSecret: 'x' }, 'Header Name'],
    [{ authentication: 'header', headerName: 'X-Key', headerSecret: 'x\r\nHost: y' }, 'Header Value'],
  ])('asks for what the log-in lacks: %j', async (login, label) => {
    await expect(download('/claims.csv', fakeHost(), { website, ...login })).rejects.toMatchObject({
      code: 'not-connected',
      message: expect.stringContaining(label),
    });
  });
});

describe('The connection to a website', () => {
  const test = (host: FakeHost) => webAddress.connection.test(context(webAddress, host, bearer));

  it('is good when the website answers and does not refuse the log-in', async () => {
    for (const status of [200, 403, 404, 405])
      expect(await test(fakeHost().on('HEAD', `${website}/`, { status }))).toBe('files.example.com');
    await expect(test(fakeHost().on('HEAD', `${website}/`, { status: 401 }))).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await expect(test(fakeHost().on('HEAD', `${website}/`, 'lost'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
