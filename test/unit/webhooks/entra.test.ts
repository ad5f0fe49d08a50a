import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet, type JWTPayload } from 'jose';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { fakeHost, fakeStart, type FakeHost } from '../fake-host.ts';
import { deliver, delivery } from '../operate.ts';

const tenantId = '11111111-1111-1111-1111-111111111111';
const applicationId = '22222222-2222-2222-2222-222222222222';
const senderId = '33333333-3333-3333-3333-333333333333';
const keysUrl = `https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`;
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`;
const now = fakeStart / 1000;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let ours: Pair;
let another: Pair;
let keys: JSONWebKeySet;
beforeAll(async () => {
  ours = await generateKeyPair('RS256');
  another = await generateKeyPair('RS256');
  keys = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'key-1', use: 'sig' }] };
});

interface Claims extends JWTPayload {
  appid?: string;
  azp?: string;
}
const claims: Claims = { iss: issuer, aud: applicationId, azp: senderId, nbf: now - 60, exp: now + 600 };
const sign = (payload: Claims, { key = ours.privateKey, kid = 'key-1' } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
const connected = (): FakeHost => fakeHost().on('GET', keysUrl, { json: keys });
const connection = { tenantId, applicationId, senderId };
let count = 0;
const take = (
  authorization: string | string[] | undefined,
  host = connected(),
  values: Record<string, unknown> = connection,
) =>
  deliver(
    signedWebhook,
    'eventReceived',
    { scheme: 'entra' },
    delivery({ id: `e${(count += 1)}` }, authorization === undefined ? {} : { authorization }),
    { host, connection: values },
  );

describe('verifyEntraDelivery', () => {
  it.each([
    ['a v2.0 token', () => claims],
    [
      'a v1.0 token',
      () => ({
        ...claims,
        iss: `https://sts.windows.net/${tenantId}/`,
        aud: `api://${applicationId}`,
        azp: undefined,
        appid: senderId,
      }),
    ],
    ['expired within the tolerance', () => ({ ...claims, exp: now - 200 })],
  ] as [string, () => Claims][])('accepts a token that is %s', async (_case, payload) => {
    expect(await take(`Bearer ${await sign(JSON.parse(JSON.stringify(payload())) as Claims)}`)).toMatchObject({
      outcome: 'events',
      events: [{ data: { verified: true } }],
    });
  });

  it.each([
    [
      'from another tenant',
      'wrong-token',
      { ...claims, iss: 'https://login.microsoftonline.com/99999999-9999-9999-9999-999999999999/v2.0' },
    ],
    ['for another application', 'wrong-token', { ...claims, aud: 'https://management.azure.com' }],
    [
      'from another sender in the same tenant',
      'wrong-token',
      { ...claims, azp: '44444444-4444-4444-4444-444444444444' },
    ],
    ['without a sender', 'wrong-token', { ...claims, azp: undefined }],
    ['that has expired', 'too-old', { ...claims, exp: now - 900 }],
    ['that is not valid yet', 'too-new', { ...claims, nbf: now + 900, exp: now + 1900 }],
    ['without an expiry', 'wrong-token', { ...claims, exp: undefined }],
  ] as [string, string, Claims][])('rejects a token %s', async (_case, reason, payload) => {
    expect(await take(`Bearer ${await sign(JSON.parse(JSON.stringify(payload)) as Claims)}`)).toMatchObject({
      outcome: 'rejected',
      status: 401,
      reason,
    });
  });

  it('rejects a token signed with another key, even with a valid key ID', async () => {
    const host = connected();
    expect(await take(`Bearer ${await sign(claims, { key: another.privateKey })}`, host)).toMatchObject({
      reason: 'no-match',
    });
    expect(await take(`Bearer ${await sign(claims, { key: another.privateKey, kid: 'key-2' })}`, host)).toMatchObject({
      reason: 'no-match',
    });
  });

  it('rejects an unsigned token and one signed with a public value', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(await take(`Bearer ${part({ alg: 'none', kid: 'key-1' })}.${part(claims)}.AA`)).toMatchObject({
      outcome: 'rejected',
    });
    const symmetric = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(Buffer.from(JSON.stringify(keys.keys[0])));
    expect(await take(`Bearer ${symmetric}`)).toMatchObject({ outcome: 'rejected', reason: 'malformed' });
  });

  it.each([
    ['no token', undefined, 'missing'],
    ['a malformed token', 'Bearer a.b.c', 'malformed'],
    ['another authentication scheme', 'Basic YTpi', 'malformed'],
    ['two tokens', ['Bearer a.b.c', 'Bearer a.b.c'], 'duplicate'],
  ])('rejects a delivery with %s', async (_case, authorization, reason) => {
    expect(await take(authorization)).toMatchObject({ outcome: 'rejected', reason });
  });

  it('rejects every delivery until all three IDs are set', async () => {
    expect(await take(`Bearer ${await sign(claims)}`, connected(), { tenantId, applicationId })).toMatchObject({
      reason: 'no-secret',
    });
  });

  it('requests the keys once, and again for an unknown key, but not for every such token', async () => {
    const host = connected();
    for (let round = 0; round < 5; round += 1) await take(`Bearer ${await sign(claims)}`, host);
    expect(host.requests).toHaveLength(1);
    host.pass(3_600_000);
    const later = { ...claims, nbf: now + 3000, exp: now + 9000 };
    for (let round = 0; round < 5; round += 1) await take(`Bearer ${await sign(later, { kid: 'rotated' })}`, host);
    expect(host.requests).toHaveLength(2);
    expect(await take(`Bearer ${await sign(later)}`, host)).toMatchObject({ outcome: 'events' });
  });

  it('throws while the keys cannot be read, so that the sender retries', async () => {
    const host = fakeHost().on('GET', keysUrl, { status: 503 });
    await expect(take(`Bearer ${await sign(claims)}`, host)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
  });
});
