import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { baseUrl } from '../http/base-url.ts';
import type { ConnectionDefinition, ConnectionValues } from '../define/connection.ts';
import { describeField, text } from '../define/fields.ts';
import { checkSecrets } from './check-verification.ts';
import type { EntraSender, Secrets } from '../define/verification.ts';
import { cleanSecret } from './secret-rules.ts';

const id = '00000000-0000-0000-0000-000000000000';

const secretFields = (secretHelp: string) => ({
  secret: v.optional(
    text({
      label: 'Secret',
      help: secretHelp,
      secret: true,
    }),
  ),
  previousSecret: v.optional(
    text({
      label: 'Previous Secret',
      help: 'Also accepted while you rotate the secret. Clear it afterwards.',
      secret: true,
      advanced: true,
    }),
  ),
  tenantId: v.optional(
    text({
      label: 'Tenant ID',
      help: 'Only for Microsoft Entra: the Directory (tenant) ID of the tenant that issues the tokens.',
      placeholder: id,
      advanced: true,
    }),
  ),
  applicationId: v.optional(
    text({
      label: 'Application ID',
      help: 'Only for Microsoft Entra: the application (client) ID of the app registration that represents this trigger.',
      placeholder: id,
      advanced: true,
    }),
  ),
  senderId: v.optional(
    text({
      label: 'Sender Application ID',
      help: 'Only for Microsoft Entra: the application ID of the sender. For Event Grid, search for Microsoft.EventGrid in Microsoft Entra ID under Enterprise applications.',
      placeholder: id,
      advanced: true,
    }),
  ),
  authorityUrl: v.optional(
    text({
      label: 'Entra Authority URL',
      help: 'Only for Microsoft Entra in a sovereign cloud, such as Azure Government: the Microsoft Entra authority URL.',
      placeholder: 'https://login.microsoftonline.com',
      advanced: true,
    }),
    'https://login.microsoftonline.com',
  ),
});

type SecretFields = ReturnType<typeof secretFields>;

/** Values of a connection with `webhookSecretForm`. */
export type WebhookSecret = ConnectionValues<SecretFields>;

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The sender that tokens are accepted from; undefined if no ID is set.
 * @throws PipewrightError `invalid-input` if only some IDs are set or one is invalid
 */
function readEntraSender(connection: WebhookSecret): EntraSender | undefined {
  const read = (value: string | undefined): string => cleanSecret(value ?? '').toLowerCase();
  const ids = {
    tenantId: read(connection.tenantId),
    applicationId: read(connection.applicationId),
    senderId: read(connection.senderId),
  };
  const fields = secretFields('');
  if (Object.values(ids).every((value) => value === '')) return undefined;
  for (const name of ['tenantId', 'applicationId', 'senderId'] as const) {
    // A tenant's domain is not accepted: tokens contain the tenant ID.
    if (guid.test(ids[name])) continue;
    const { label } = describeField(fields[name]);
    throw new PipewrightError({
      code: 'invalid-input',
      message:
        ids[name] === '' ? `${label} is empty.` : `${label} is not a Microsoft Entra ID: ${ids[name].slice(0, 60)}`,
      hint: 'Copy the ID from the Azure portal, e.g. 11111111-2222-3333-4444-555555555555.',
    });
  }
  return { authority: baseUrl(connection.authorityUrl, 'Entra Authority URL'), ...ids };
}

/** The sender that tokens are accepted from; undefined unless all three IDs are set and valid. */
export function entraSenderOf(connection: WebhookSecret): EntraSender | undefined {
  try {
    return readEntraSender(connection);
  } catch (error) {
    if (error instanceof PipewrightError) return undefined;
    throw error;
  }
}

/** The secrets of the connection. */
export function webhookSecretsOf({ secret, previousSecret }: WebhookSecret): Secrets {
  return withoutUndefined({ current: secret || undefined, previous: previousSecret || undefined });
}

/**
 * Fields and test of a connection that holds a webhook secret, or the Microsoft Entra tokens to accept. The test rejects what no
 * scheme accepts; a trigger, which knows its scheme, checks more when it is activated.
 * @param secretHelp help text of the field Secret
 */
export function webhookSecretForm(secretHelp: string): Pick<ConnectionDefinition<SecretFields>, 'fields' | 'test'> {
  return {
    fields: secretFields(secretHelp),
    async test({ connection }) {
      const { current, previous } = webhookSecretsOf(connection);
      const warning = checkSecrets(undefined, { current, previous });
      const sender = readEntraSender(connection);
      if (current || previous)
        return warning === undefined ? 'Webhook secret' : `Webhook secret. ${warning.replace(/\.$/, '')}`;
      if (sender) return 'Microsoft Entra tokens';
      throw new PipewrightError({
        code: 'invalid-input',
        message: 'No secret is set, so events cannot be verified.',
        hint: 'Enter Secret; or, for Microsoft Entra, Tenant ID, Application ID and Sender Application ID.',
      });
    },
  };
}
