import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import { callCli } from './call-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const body = '{"eventId":"wev_1","data":{"jobId":"1"}}';
const headersOf = (scheme: 'dbt' | 'slack', signed = body, now = 1_763_625_600) =>
  JSON.stringify(
    schemes[scheme].sign({ secret: 's3cret-of-the-sender', body: Buffer.from(signed), id: 'e', now }).headers,
  );

function verify(scheme: string, headers: string, sent: string, ...more: string[]) {
  return callCli(
    'verify',
    '--scheme',
    scheme,
    '--headers',
    file('headers.json', headers),
    '--body',
    file('body', sent),
    ...more,
  );
}

describe('pipewright verify', () => {
  it('reports which secret matched, and exits with 0', async () => {
    const signed = headersOf('dbt');
    expect(await verify('dbt', signed, body, '--secret', 's3cret-of-the-sender')).toMatchObject({
      code: 0,
      out: '{"ok":true,"matched":"current"}\n',
    });
    expect(
      await verify('dbt', signed, body, '--secret', 'the-new-secret', '--previous-secret', 's3cret-of-the-sender'),
    ).toMatchObject({ code: 0, out: '{"ok":true,"matched":"previous"}\n' });
  });

  it('rejects a delivery if either secret is weak or masked, and names the requirement of the scheme', async () => {
    const good = 's3cret-of-the-sender';
    const signed = headersOf('slack');
    const at = ['--now', '1763625600'];
    for (const [current, previous, reason] of [
      ['short', good, 'short-secret'],
      [good, 'short', 'short-secret'],
      [good, '********', 'masked-secret'],
      ['********', good, 'masked-secret'],
    ] as const)
      expect(
        await verify('slack', signed, body, '--secret', current, '--previous-secret', previous, ...at),
      ).toMatchObject({ code: 1, out: `{"ok":false,"reason":"${reason}"}\n` });
    expect((await verify('slack', signed, body, '--secret', 'short', ...at)).err).toBe(
      'The secret has 5 bytes; at least 8 are required. Copy the whole secret again, or create a longer one at the sender.\n',
    );
  });

  it.each([
    ['another secret', headersOf('dbt'), body, ['--secret', 'another-secret'], 'no-match'],
    ['no header', '{}', body, ['--secret', 's3cret-of-the-sender'], 'missing'],
    [
      'another secret with white space',
      headersOf('dbt'),
      body,
      ['--secret', 'another-secret '],
      'secret-has-whitespace',
    ],
    ['a secret that is too short', headersOf('dbt'), body, ['--secret', 's3cret'], 'short-secret'],
    ['a secret that is a mask', headersOf('dbt'), body, ['--secret', '••••••••••••'], 'masked-secret'],
    ['an ID instead of the secret', headersOf('dbt'), body, ['--secret', 'wsu_12abcdef'], 'secret-is-an-id'],
    [
      'a body that a proxy reformatted',
      headersOf('dbt'),
      JSON.stringify(JSON.parse(body), null, 3),
      ['--secret', 's3cret-of-the-sender'],
      'body-rewritten',
    ],
    [
      'a body that Python wrote and JavaScript reformatted',
      headersOf('dbt', '{"a": 1, "b": [1, 2]}'),
      '{"a":1,"b":[1,2]}',
      ['--secret', 's3cret-of-the-sender'],
      'body-rewritten',
    ],
  ])(
    'reports the reason for %s, and exits with 1 without printing the secret',
    async (_case, headers, sent, more, reason) => {
      const { code, out, err } = await verify('dbt', headers, sent, ...more);
      expect([code, out]).toEqual([1, `{"ok":false,"reason":"${reason}"}\n`]);
      expect(err).toMatch(/\S.{20,}/);
      expect(err).not.toContain('s3cret-of-the-sender');
    },
  );

  it('compares timestamps with --now, and accepts bodies that are not JSON', async () => {
    const form = 'token=x&team=y';
    const signed = headersOf('slack', form);
    expect(
      await verify('slack', signed, form, '--secret', 's3cret-of-the-sender', '--now', '1763625700'),
    ).toMatchObject({ code: 0 });
    expect(
      await verify('slack', signed, form, '--secret', 's3cret-of-the-sender', '--now', '1763629600'),
    ).toMatchObject({ code: 1, out: '{"ok":false,"reason":"too-old"}\n' });
    expect(await verify('slack', signed, form, '--secret', 's3cret-of-the-sender')).toMatchObject({ code: 1 });
  });

  it.each(['header', 'basic', 'query'])('supports a shared secret in the %s', async (place) => {
    const { headers, query } = schemes[`shared-secret-${place}` as 'shared-secret-header'].sign({
      secret: 's3cret-of-the-sender',
      body: Buffer.from(body),
      id: 'e',
      now: 0,
    });
    const parameters = new URLSearchParams(query as Record<string, string>).toString();
    const scheme = place === 'header' ? 'shared-secret' : `shared-secret-${place}`;
    expect(
      await verify(scheme, JSON.stringify(headers), body, '--secret', 's3cret-of-the-sender', '--query', parameters),
    ).toMatchObject({ code: 0 });
  });

  it('verifies a custom HMAC and a preset, and names a missing option', async () => {
    const signature = createHmac('sha512', 's3cret-of-the-sender').update(`1763625600.${body}`).digest('base64');
    const headers = JSON.stringify({ 'X-Acme': `v1=${signature}`, 'X-Time': '1763625600' });
    const custom = ['--signature-header', 'X-Acme', '--algorithm', 'sha512', '--encoding', 'base64', '--prefix', 'v1='];
    const more = ['--secret', 's3cret-of-the-sender', '--now', '1763625600', '--signed', '{timestamp}.{body}'];
    expect(
      await verify('custom-hmac', headers, body, ...custom, ...more, '--timestamp-header', 'X-Time'),
    ).toMatchObject({ code: 0, out: '{"ok":true,"matched":"current"}\n' });
    const missing = await verify('custom-hmac', headers, body, ...custom, ...more);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.err).toContain('no timestamp is read');
    expect(await verify('square', headers, body, '--secret', 's3cret-of-the-sender')).toMatchObject({ code: 2 });
  });

  it('detects the scheme and says what to enter, without printing the secret', async () => {
    const signature = createHmac('sha256', 's3cret-of-the-sender').update(body).digest('hex');
    const detect = (name: string, value: string, secret = 's3cret-of-the-sender') =>
      callCli(
        ...['verify', '--detect', '--secret', secret, '--body', file('body', body)],
        ...['--headers', file('headers.json', JSON.stringify({ [name]: value }))],
      );
    const found = await detect('X-Acme', `sha256=${signature}`);
    expect(JSON.parse(found.out)).toEqual({
      ok: true,
      matched: 'current',
      scheme: 'custom-hmac',
      method: 'Custom HMAC',
      enter: {
        'Signature Header': 'X-Acme',
        Algorithm: 'SHA-256',
        Encoding: 'Hexadecimal',
        'Signature Prefix': 'sha256=',
        'Multiple Signatures': 'One Signature',
        'Signed Content': '{body}',
      },
    });
    expect(found.out + found.err).not.toContain('s3cret');
    expect((await detect('X-Fivetran-Signature-256', signature)).out).toContain('"method":"Fivetran"');
    expect(await detect('X-Acme', signature, 'another-secret')).toMatchObject({ code: 1 });
  });

  it('exits with 2 and prints the usage for invalid arguments', async () => {
    for (const words of [[], ['--scheme', 'dbt'], ['--nonsense']])
      expect(await callCli('verify', ...words)).toMatchObject({ code: 2, out: '' });
    expect((await verify('unknown', '{}', body, '--secret', 'x')).err).toContain('--scheme must be one of: dbt, slack');
    expect(await verify('dbt', 'no json', body, '--secret', 'x')).toMatchObject({ code: 2 });
    expect(
      await callCli('verify', '--scheme', 'dbt', '--secret', 'x', '--headers', '/nowhere', '--body', '/nowhere'),
    ).toMatchObject({ code: 2 });
  });
});
