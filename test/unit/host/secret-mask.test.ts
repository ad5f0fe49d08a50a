import { PipewrightError } from '../../../shared/src/host/error.ts';
import { cut, plainAddress, redact } from '../../../shared/src/host/redact.ts';
import { secretMask } from '../../../shared/src/host/secret-mask.ts';

const secret = 'kQ7~/s+e c&r\'e"t<Zß\\9=';

const maskOf = (...secrets: string[]) => {
  const mask = secretMask();
  secrets.forEach((one) => mask.add(one));
  return mask;
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Wraps a text as a terminal or an email does. */
const wrap = (text: string): string => text.replace(/.{7}(?=.)/gs, '$&\r\n  ');

describe('secretMask hides a secret', () => {
  const written: [string, string][] = [
    ['as it is', secret],
    ['encoded as a part of an address', encodeURIComponent(secret)],
    ['percent-encoded in lower case', encodeURIComponent(secret).replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())],
    ['encoded as a form', new URLSearchParams([['', secret]]).toString().slice(1)],
    ['encoded for an address twice', encodeURIComponent(encodeURIComponent(secret))],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON inside of JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    [
      'in ASCII-only JSON',
      JSON.stringify(secret)
        .slice(1, -1)
        .replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ],
    ['in HTML', secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;')],
    ['in Markdown', secret.replace(/([\\`*_[\]<>])/g, '\\$1')],
    ['in base64', base64(secret)],
    ['in base64 for addresses', Buffer.from(secret).toString('base64url')],
    ['behind a user in base64', base64(`u:${secret}`)],
    ['behind a longer user in base64', base64(`us:${secret}`)],
    ['behind a still longer user in base64', base64(`use:${secret}`)],
    ['in base64 that is encoded for an address', encodeURIComponent(base64(`user:${secret}`))],
    [
      'with every byte percent-encoded',
      [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    ],
    [
      'with every letter escaped in JSON',
      [...secret].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    ],
    [
      'with every letter escaped in HTML',
      [...secret].map((letter) => `&#x${letter.charCodeAt(0).toString(16)};`).join(''),
    ],
    ['over several lines', wrap(secret)],
    ['over several lines in JSON', JSON.stringify(wrap(secret)).slice(1, -1)],
    ['over several lines in base64', wrap(base64(secret))],
    ['in JSON and in base64', base64(JSON.stringify({ client_secret: secret }))],
    ['encoded for an address and in base64', base64(`user:${encodeURIComponent(secret)}`)],
  ];

  it.each(written)('%s', (_way, form) => {
    const shown = maskOf(secret).text(`It said: ${form} (twice: ${form}).`);
    expect(shown).toBe('It said: *** (twice: ***).');
  });

  it('that is longer than its pattern, up to its end', () => {
    const long = `eyJ0.${'aB3-_x'.repeat(300)}.end`;
    expect(maskOf(long).text(`sent ${long}, refused`)).toBe('sent ***, refused');
  });

  it('that is long and wrapped, up to its end', () => {
    const long = `eyJ0.${'aB3-_x'.repeat(30)}.end`;
    for (const form of [long, base64(long)])
      expect(maskOf(long).text(`sent ${wrap(form)}, refused`)).toBe('sent ***, refused');
  });

  it.each(['a%', 'a text before it, so long that it is cut somewhere '])('that was truncated, after %j', (before) => {
    const token = 'zx81-spectrum-4711-commodore';
    const shown = maskOf(token).text(cut(`${before}${token}`, before.length + 15));
    expect(shown).toMatch(/\*\*\*…$/);
    expect(shown).not.toContain('zx81');
  });

  it('in property names and values, and returns objects without secrets unchanged', () => {
    const untouched = { rows: [1, 'two'], none: null };
    const mask = maskOf('canary-4711-x');
    expect(mask.value({ 'a canary-4711-x': ['canary-4711-x'], untouched })).toEqual({ 'a ***': ['***'], untouched });
    expect(mask.value(untouched)).toBe(untouched);
  });

  it('in every part of an error', () => {
    const mask = maskOf('canary-4711-x');
    const shown = mask.error(
      new PipewrightError({
        code: 'unauthorized',
        message: 'No: canary-4711-x',
        hint: 'Not canary-4711-x',
        requestId: 'r-canary-4711-x',
        status: 401,
        cause: new Error('canary-4711-x'),
      }),
    ) as PipewrightError;
    expect(shown).toMatchObject({
      code: 'unauthorized',
      status: 401,
      message: 'No: ***',
      hint: 'Not ***',
      requestId: 'r-***',
      cause: '***',
    });
    expect(shown.stack).not.toContain('canary');
    expect((mask.error(new TypeError('Bad canary-4711-x')) as Error).message).toBe('Bad ***');
  });
});

describe('secretMask keeps text', () => {
  it('if a secret is too short to mask', () => {
    expect(maskOf('', 'a', 'token').text('a token and a table')).toBe('a token and a table');
  });

  it('in which a short secret is part of a longer word', () => {
    const mask = maskOf('claims');
    expect(mask.text('claims2026 and reclaims')).toBe('claims2026 and reclaims');
    expect(mask.text('"claims", user%3Aclaims')).toBe('"***", user%3A***');
  });

  it('that is long, within a short time', () => {
    const mask = maskOf(...Array.from({ length: 6 }, (_, at) => `secret ${at} of a connection/${'x'.repeat(20)}`));
    const text =
      'A line of a log, with % and \\ and & in it, base64 such as aGVsbG8gd29ybGQ=, and nothing to hide.\n'.repeat(
        20_000,
      );
    expect(mask.text(text)).toBe(text);
  });
});

describe('redact hides', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  it.each<[string, string]>([
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer ***'],
    [`Authorization: Basic ${base64('user:pass1')}`, 'Authorization: Basic ***'],
    ['Authorization: Token a1b2c3d4e5f6a7b8c9d0', 'Authorization: Token ***'],
    ['{"authorization":"Custom 12 34"}', '{"authorization":"***"}'],
    [`It was ${jwt}.`, 'It was ***.'],
    [
      'https://store.blob.core.windows.net/c/f.csv?sv=2024&sig=abc%2Bdef failed',
      'https://store.blob.core.windows.net/c/f.csv?*** failed',
    ],
    ['https://app.example.com/x?author=kim&access_token=abc', 'https://app.example.com/x?***'],
    ['https://app.example.com/x?code=abc, password=nullify', 'https://app.example.com/x?*** password=***'],
    ['Authorization: Token 2f7fdb90-5df1-4b8e-ac2f-064cfa58202b', 'Authorization: Token ***'],
    ['unexpected token a1b2c3d4e5f6a7b8c9d0', 'unexpected token ***'],
    ['sv=2024-11-04&sig=aBcDeF%2Bgh12345678%3D&se=2026', 'sv=2024-11-04&sig=***&se=2026'],
    [
      'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abc+/def==;EndpointSuffix=y',
      'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=***;EndpointSuffix=y',
    ],
    [
      'Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=abc=',
      'Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=***',
    ],
    ['Server=x;User=y;Password=p@ss w;Pwd = "q r";', 'Server=x;User=y;Password=*** w;Pwd = ***;'],
    ['password: hunter2!', 'password: ***'],
    ['client_id=a&client_secret=s~3cr3t&grant_type=b', 'client_id=a&client_secret=***&grant_type=b'],
    ['{"client_secret":"a\\"b","x":1}', '{"client_secret":"***","x":1}'],
    ['{\\"client_secret\\":\\"abc\\",\\"x\\":1}', '{\\"client_secret\\":\\"***\\",\\"x\\":1}'],
    ["{'client_secret': 'a b', 'x': 1}", "{'client_secret': '***', 'x': 1}"],
    ['client_secret: s3cr3t~of-app, x-api-key: k1234567', 'client_secret: ***, x-api-key: ***'],
    ['glpat-abcdefghijklmnop1234', '***'],
    ['postgres://user:p@ss@db.example:5432/warehouse', 'postgres://***@db.example:5432/warehouse'],
    ['dapi0123456789abcdef0123456789abcdef-2 and xoxb-12-34-abcdef and dbtc_abcdefgh', '*** and *** and ***'],
    ['dose0123456789abcdef0123456789abcdef', '***'],
    ['AKIAIOSFODNN7EXAMPLE', '***'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY----- end', '*** end'],
    ['post to https://hooks.slack.com/services/T0/B0/xyz now', 'post to https://hooks.slack.com/*** now'],
    ['post to https://hooks.zapier.com/hooks/catch/1/abc/ now', 'post to https://hooks.zapier.com/*** now'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });
});

describe('redact keeps ordinary text', () => {
  it.each([
    'PARSE_SYNTAX_ERROR: unexpected token customer_identifier at line 3',
    'unexpected token policy_number_2026_final',
    'Login failed: basic authentication is disabled for this warehouse',
    'Bearer authentication is required, a bearer token is missing',
    'The basic_customer_table has no column token_count',
    'password: must not be empty',
    'client_secret: expired; access_token: missing',
    'password authentication failed for user pipewright',
    'Token 2f7fdb90-5df1-4b8e-ac2f-064cfa58202b expired',
    'See https://app.example.com/reports?author=kim&keyword=claims&country_code=GB',
    'Open https://tracker.example.com/issues?assignee=kim&design=2',
    'Column password=NULL is not allowed',
    'The signature=none option; signal=15; a sig of 12',
    'Column dapi_claims of dbt_utils.star is missing, see xox-large',
    'See https://docs.example.com/page#anchor and user@example.com',
    'Give the account key to nobody; shared access keys rotate',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('plainAddress', () => {
  it.each([
    ['https://user:pass@files.example.com:8443/a/b.csv?sig=1#x', 'https://files.example.com:8443/a/b.csv'],
    ['https://store.blob.core.windows.net/c/f%20g.csv?sv=1&sig=abc', 'https://store.blob.core.windows.net/c/f%20g.csv'],
    ['postgres://u:p@a@db/x', 'postgres://db/x'],
    ['claims?2026#1@home.csv', 'claims?2026#1@home.csv'],
    ['C:\\data\\claims.csv', 'C:\\data\\claims.csv'],
  ])('turns %s into %s', (address, plain) => {
    expect(plainAddress(address)).toBe(plain);
  });
});
