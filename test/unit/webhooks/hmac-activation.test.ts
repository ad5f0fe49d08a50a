import { checkVerification } from '../../../shared/src/webhooks/check-verification.ts';
import { signedWebhook } from '../../../shared/src/services/signed-webhook/service.ts';
import { webhookTrigger } from '../operate.ts';

const trigger = webhookTrigger(signedWebhook, 'eventReceived');

/** Activates the trigger; returns its warnings. */
function activate(input: Record<string, unknown>): string[] {
  const warnings: string[] = [];
  const connection = signedWebhook.connection.check({ secret: 'the-secret-of-the-sender' });
  checkVerification(trigger, input, connection, (warning) => warnings.push(warning));
  return warnings;
}

describe('checkVerification with an HMAC', () => {
  it('refuses a signed URL without Webhook URL, or with a text that is no URL', () => {
    for (const scheme of ['square', 'hubspot']) {
      expect(() => activate({ scheme })).toThrow('Webhook URL is empty, but the sender signs the URL.');
      expect(() => activate({ scheme, signedUrl: 'hooks' })).toThrow('Webhook URL is not a URL');
      expect(activate({ scheme, signedUrl: 'https://hooks.example.com/1' })).toEqual([]);
    }
  });

  it('refuses a timestamp in the signature header whose parts nothing separates, and the header itself', () => {
    const custom = { scheme: 'custom-hmac', signatureHeader: 'X-Sig', signedContent: '{timestamp}.{body}' };
    expect(() => activate({ ...custom, timestampHeader: 't=' })).toThrow('“Multiple Signatures” does not say how');
    expect(() => activate({ ...custom, timestampHeader: 'x-sig' })).toThrow('names the signature header');
    expect(activate({ ...custom, timestampHeader: 't=', signatureSeparator: 'comma' })).toEqual([]);
  });

  it('warns about SHA-1 only', () => {
    const custom = { scheme: 'custom-hmac', signatureHeader: 'X-Sig' };
    expect(activate({ ...custom, algorithm: 'sha1' })).toEqual([expect.stringContaining('SHA-1')]);
    expect(activate({ ...custom, algorithm: 'sha512' })).toEqual([]);
    expect(activate({ scheme: 'segment' })).toEqual([expect.stringContaining('SHA-1')]);
  });

  it('refuses a custom HMAC without a signature header', () => {
    expect(() => activate({ scheme: 'custom-hmac' })).toThrow('“Signature Header” is not the name of a header.');
  });
});
