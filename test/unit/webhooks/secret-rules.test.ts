import { generateKeyPairSync } from 'node:crypto';
import { services } from '../../../shared/src/catalog.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import type { WebhookTrigger } from '../../../shared/src/define/trigger.ts';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { checkVerification } from '../../../shared/src/webhooks/check-verification.ts';
import type { SignatureScheme } from '../../../shared/src/define/verification.ts';
import { schemeOf, schemes } from '../../../shared/src/webhooks/schemes.ts';
import { secretFault, secretWarning } from '../../../shared/src/webhooks/secret-rules.ts';
import { fakeHost, fakeStart } from '../fake-host.ts';
import { context, deliver, delivery } from '../operate.ts';

const base64 = (bytes: number): string => Buffer.alloc(bytes, 'pipewright').toString('base64');
const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);

/** Secrets that no scheme accepts. */
const unusable = [
  '',
  ' ',
  '\n\t',
  '""',
  "''",
  '\ufeff',
  '\0'.repeat(32),
  '\u00ad\u200e'.repeat(16),
  'v1,whsec_',
  '-',
  '*',
  '****',
  '****************',
  '••••••••',
  '••••••••••••••••••••',
  '8f74••••••••••••••••',
  '................',
  '________________',
  'short',
];

/** Secrets that Standard Webhooks rejects, with the reason. */
const unusableStandard: [secret: string, reason: string][] = [
  ['whsec_', 'empty-secret'],
  ['v1,whsec_', 'empty-secret'],
  ['whsec_••••', 'masked-secret'],
  ['whsec_****************************', 'undecodable-secret'],
  ['v1,whsec_-', 'undecodable-secret'],
  ['пароль из многих букв и ещё больше', 'undecodable-secret'],
  ['correct horse battery staple, and more than that', 'undecodable-secret'],
  [`whsec_${base64(32).slice(0, 20)} ${base64(32).slice(20)}`, 'undecodable-secret'],
  [`whsec_${Buffer.alloc(33, 0xff).toString('base64url')}`, 'undecodable-secret'],
  [`whsec_${base64(33)}!`, 'undecodable-secret'],
  [`whsec_=${base64(33)}`, 'undecodable-secret'],
  [`whsec_${base64(33)}A`, 'undecodable-secret'],
  [`whsec_${base64(23)}`, 'short-secret'],
  [base64(16), 'short-secret'],
  ['whsec_AA==', 'short-secret'],
  [`whsec_${Buffer.alloc(32).toString('base64')}`, 'empty-secret'],
  ['whpk_', 'empty-secret'],
  [`whpk_${base64(31)}`, 'undecodable-secret'],
  [`whpk_${Buffer.alloc(32).toString('base64')}`, 'undecodable-secret'],
  [`whpk_${Buffer.from(`01${'00'.repeat(30)}80`, 'hex').toString('base64')}`, 'undecodable-secret'],
  [`whsk_${base64(64)}`, 'private-key'],
  ['ep_2RzbhyvzF0v1wXwY0u2bq3JvJpS', 'secret-is-an-id'],
];

const usableStandard = [
  base64(24),
  `whsec_${base64(24)}`,
  `v1,whsec_${base64(32)}`,
  `whsec_${base64(32).replace(/=/g, '')}`,
  ` "whsec_${base64(32)}"\n`,
  `whpk_${publicKey.toString('base64')}`,
  `v1a,whpk_${publicKey.toString('base64')}`,
];

const sharedSecret: SignatureScheme[] = ['shared-secret-header', 'shared-secret-basic', 'shared-secret-query'];
const dictated: SignatureScheme[] = ['github', 'slack', 'dbt'];

describe('secretFault', () => {
  it.each(Object.keys(schemes) as SignatureScheme[])(
    'rejects an empty, masked or tiny secret for the scheme %s',
    (scheme) => {
      for (const secret of unusable)
        expect([secret, secretFault(scheme, secret)]).toEqual([
          secret,
          expect.objectContaining({ reason: expect.any(String), hint: expect.any(String) }),
        ]);
    },
  );

  it.each(unusableStandard)('rejects %j for Standard Webhooks', (secret, reason) => {
    expect(secretFault('standard-webhooks', secret)).toMatchObject({ reason });
    expect(secretFault('standard-webhooks', `\n${secret} `)).toMatchObject({ reason });
  });

  it.each(usableStandard)('accepts %j for Standard Webhooks', (secret) => {
    expect(secretFault('standard-webhooks', secret)).toBeUndefined();
  });

  it('requires 16 characters in any script for a secret that the user chooses', () => {
    for (const scheme of sharedSecret) {
      expect(secretFault(scheme, 'a'.repeat(15))).toMatchObject({
        reason: 'short-secret',
        message: expect.stringContaining('15 characters'),
      });
      expect(secretFault(scheme, `${'a'.repeat(15)}  `)).toMatchObject({ reason: 'short-secret' });
      expect(secretFault(scheme, '🚀'.repeat(15))).toMatchObject({ reason: 'short-secret' });
      for (const good of ['a'.repeat(16), 'я'.repeat(16)]) expect(secretFault(scheme, good)).toBeUndefined();
    }
  });

  it('requires 8 bytes for a secret that the sender generates, and warns below 16', () => {
    for (const scheme of dictated) {
      expect(secretFault(scheme, '1234567')).toMatchObject({
        reason: 'short-secret',
        message: expect.stringContaining('7 bytes'),
      });
      for (const good of ['12345678', 'ключ', '12345abcde', "It's a Secret to Everybody"])
        expect(secretFault(scheme, good)).toBeUndefined();
    }
    expect(secretWarning('12345678')).toContain('8 bytes');
    expect(secretWarning('1234567890abcdef')).toBeUndefined();
  });

  it('never contains the secret in its messages', () => {
    const secrets = [
      ...unusableStandard
        .map(([secret]) => secret.replace(/^(v1a?,)?wh(sec|pk|sk)_/, ''))
        .filter((secret) => secret.length > 3),
      'se-cr-t',
    ];
    for (const scheme of Object.keys(schemes) as SignatureScheme[])
      for (const secret of secrets) expect(JSON.stringify(secretFault(scheme, secret) ?? '')).not.toContain(secret);
  });
});

/** Every webhook trigger with each of its schemes. */
const settings: [name: string, service: Service, trigger: WebhookTrigger, input: Record<string, unknown>][] =
  services.flatMap((service) =>
    service.triggers
      .filter((trigger): trigger is WebhookTrigger => trigger.how === 'webhook')
      .flatMap((trigger) => {
        const typed =
          service.key === 'signedWebhook'
            ? [...Object.keys(schemes), 'entra'].map((scheme) => ({ scheme }))
            : service.key === 'eventGrid'
              ? ['shared-secret-query', 'shared-secret-header', 'entra'].map((proof) => ({ proof }))
              : [{}];
        return typed.map(
          (one) =>
            [
              `${service.key}.${trigger.key} ${Object.values(one).join('')}`,
              service,
              trigger,
              checkInput(trigger.input, one),
            ] as (typeof settings)[number],
        );
      }),
  );

const heldAs = (secret: string) => ({
  secret,
  webhookSecret: secret,
  tenantId: '-',
  applicationId: '-',
  senderId: '-',
  authorityUrl: 'https://login.microsoftonline.com',
});

describe.each(settings)('%s', (_name, service, trigger, input) => {
  const scheme = trigger.verification.scheme(input as never);

  it('rejects deliveries and activation with an unusable secret', async () => {
    for (const secret of unusable) {
      const connection = heldAs(secret);
      // Forged with what an unusable secret may decode to: an empty key, or the text itself.
      for (const key of ['', secret]) {
        const body = JSON.stringify({ id: 'forged', eventType: 'x', data: {} });
        const signed =
          scheme === 'entra' || scheme === 'standard-webhooks'
            ? { headers: { authorization: 'Bearer a.b.c' }, query: {} }
            : schemeOf({ scheme }).sign({
                secret: key || ' ',
                body: Buffer.from(body),
                id: 'x',
                now: fakeStart / 1000,
                location: trigger.verification.location?.(input as never),
              });
        const taken = await deliver(service, trigger.key, input, delivery(body, signed.headers, signed.query), {
          host: fakeHost(),
          connection: { ...sampleConnection(service), ...connection },
          subscription: { id: 'w', secret },
        });
        expect([secret, taken.outcome]).toEqual([secret, 'rejected']);
      }
      if (!trigger.subscriber)
        expect(() => checkVerification(trigger, input as never, connection, () => undefined)).toThrow();
    }
  });
});

/** The other values that a connection requires. */
function sampleConnection({ connection }: Service): Record<string, unknown> {
  const excluded = ['webhookSecret', 'previousWebhookSecret', 'previousSecret', 'cloud', 'authentication'];
  const valueOf = (name: string): string => (/url|address/i.test(name) ? 'https://vendor.example' : 'x');
  return Object.fromEntries(
    Object.keys(connection.fields)
      .filter((name) => !excluded.includes(name))
      .map((name) => [name, valueOf(name)]),
  );
}

describe('The connection test', () => {
  const test = (values: Record<string, unknown>) =>
    signedWebhook.connection.test(context(signedWebhook, fakeHost(), values));

  it('rejects a secret that no scheme accepts, in both fields', async () => {
    for (const secret of [
      ...unusable.filter((one) => one !== ''),
      ...unusableStandard.map(([one]) => one).filter((one) => /^(v1,)?wh/.test(one)),
    ]) {
      await expect(test({ secret })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(/^Secret: /),
      });
      await expect(test({ secret: 'a secret that is fine', previousSecret: secret })).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(/^Previous Secret: /),
      });
    }
    await expect(test({})).rejects.toMatchObject({ message: expect.stringContaining('No secret is set') });
  });

  it('accepts valid secrets and warns about a short one', async () => {
    for (const secret of usableStandard) await expect(test({ secret })).resolves.toBe('Webhook secret');
    await expect(test({ secret: '12345678' })).resolves.toContain('short (8 bytes)');
  });

  it('rejects a shared secret with fewer than 16 characters', async () => {
    const shared = { authentication: 'shared-secret', secret: '123456789012345' };
    await expect(test(shared)).rejects.toMatchObject({
      message: 'Secret: The secret has 15 characters; at least 16 are required.',
    });
    await expect(test({ ...shared, secret: '1234567890123456' })).resolves.toBe('Webhook secret');
  });

  it('rejects Microsoft Entra without IDs, and IDs without Microsoft Entra', async () => {
    await expect(test({ authentication: 'entra', secret: 'a secret that is fine' })).rejects.toMatchObject({
      message: expect.stringContaining('IDs are empty'),
    });
    const id = '11111111-1111-1111-1111-111111111111';
    await expect(test({ tenantId: id, applicationId: id, senderId: id })).rejects.toMatchObject({
      message: expect.stringContaining('No secret is set'),
    });
  });

  it('rejects invalid Microsoft Entra IDs', async () => {
    const id = '11111111-1111-1111-1111-111111111111';
    const good = { authentication: 'entra', tenantId: id, applicationId: id, senderId: id };
    await expect(test(good)).resolves.toBe('Microsoft Entra tokens');
    for (const tenantId of ['contoso.onmicrosoft.com', 'common', 'organizations', '-', ''])
      await expect(test({ ...good, tenantId })).rejects.toMatchObject({
        message: expect.stringContaining('Tenant ID'),
      });
    for (const name of ['applicationId', 'senderId'])
      for (const bad of ['', '*', `${id}/`])
        await expect(test({ ...good, [name]: bad })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it.each(['quantemplate', 'databricks', 'mode', 'azure'])(
    'rejects a webhook secret of %s with fewer than 16 characters',
    async (key) => {
      const service = services.find(({ connection }) => connection.key === key) as Service;
      await expect(
        service.connection.test(
          context(service, fakeHost(), { ...sampleConnection(service), webhookSecret: 'too short' }),
        ),
      ).rejects.toMatchObject({ message: expect.stringContaining('Webhook Secret: The secret has 9 characters') });
    },
  );
});
