import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { baseUrl } from '../http/base-url.ts';
import type { ConnectionDefinition, ConnectionValues } from '../define/connection.ts';
import { describeField, option, text } from '../define/fields.ts';
import { checkSecrets } from './check-verification.ts';
import type { EntraCheck, EntraSender, Secrets } from '../define/verification.ts';
import { cleanSecret } from './secret-rules.ts';

const id = '00000000-0000-0000-0000-000000000000';

const bySecret = { field: 'authentication', is: ['signature', 'shared-secret'] } as const;
const byEntra = { field: 'authentication', is: ['entra'] } as const;

/** How a sender proves that an event comes from it. */
type SenderAuthentication = 'signature' | 'shared-secret' | 'entra' | 'none';

const authentications: { value: SenderAuthentication; label: string; description: string }[] = [
  {
    value: 'signature',
    label: 'Signing Secret',
    description: 'The sender signs its events with a secret that it shows you',
  },
  {
    value: 'shared-secret',
    label: 'Shared Secret',
    description: 'You choose a secret, and the sender sends it with each event',
  },
  { value: 'entra', label: 'Microsoft Entra Token', description: 'The sender logs in with Microsoft Entra ID' },
  { value: 'none', label: 'None', description: 'The sender has no secret, so its events cannot be verified' },
];

const secretFields = (offered: SenderAuthentication[], secretHelp: string) => ({
  authentication: v.optional(
    option(
      authentications.filter(({ value }) => offered.includes(value)),
      {
        label: 'Sender Authentication',
        help: `How the sender proves that an event comes from it.${
          offered.includes('none')
            ? ' For a sender without a secret, select None and turn on Accept Unverified Events in the trigger.'
            : ''
        }`,
      },
    ),
    offered[0] ?? 'signature',
  ),
  secret: v.optional(
    text({
      label: 'Secret',
      help: secretHelp,
      secret: true,
      shownWhen: bySecret,
      requiredWhenShown: true,
    }),
  ),
  previousSecret: v.optional(
    text({
      label: 'Previous Secret',
      help: 'Also accepted while you rotate the secret. Clear it afterwards.',
      secret: true,
      shownWhen: bySecret,
      advanced: true,
    }),
  ),
  tenantId: v.optional(
    text({
      label: 'Tenant ID',
      help: 'The Directory (tenant) ID of the tenant that issues the tokens.',
      placeholder: id,
      shownWhen: byEntra,
      requiredWhenShown: true,
    }),
  ),
  applicationId: v.optional(
    text({
      label: 'Application ID',
      help: 'The application (client) ID of the app registration that represents this trigger.',
      placeholder: id,
      shownWhen: byEntra,
      requiredWhenShown: true,
    }),
  ),
  senderId: v.optional(
    text({
      label: 'Sender Application ID',
      help: 'The application ID of the sender. For Event Grid, search for Microsoft.EventGrid in Microsoft Entra ID under Enterprise applications.',
      placeholder: id,
      shownWhen: byEntra,
      requiredWhenShown: true,
    }),
  ),
  authorityUrl: v.optional(
    text({
      label: 'Entra Authority URL',
      help: 'The Microsoft Entra authority URL. Change it only for a sovereign cloud, such as Azure Government.',
      placeholder: 'https://login.microsoftonline.com',
      shownWhen: byEntra,
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
  const fields = secretFields([], '');
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

/** Checks tokens of Microsoft Entra. Most senders use a secret, so the library for tokens is loaded with the first token. */
export const entraFault: EntraCheck = async (delivery, sender, host) => {
  const library = await import('./schemes/entra.ts');
  return library.entraFault(delivery, sender, host);
};

/** The secrets of the connection. Secrets that were entered before None was selected do not count. */
export function webhookSecretsOf({ authentication, secret, previousSecret }: WebhookSecret): Secrets {
  if (authentication === 'none') return {};
  return withoutUndefined({ current: secret || undefined, previous: previousSecret || undefined });
}

/**
 * Fields and test of a connection that holds a webhook secret, or the Microsoft Entra tokens to accept. The test rejects what no
 * scheme of the selected kind accepts; a trigger, which knows its scheme, checks more when it is activated.
 * @param offered the kinds of authentication to choose from; the first is the default
 * @param secretHelp help text of the field Secret
 */
export function webhookSecretForm(
  offered: SenderAuthentication[],
  secretHelp: string,
): Pick<ConnectionDefinition<SecretFields>, 'fields' | 'test'> {
  return {
    fields: secretFields(offered, secretHelp),
    async test({ connection }) {
      if (connection.authentication === 'none') return 'No secret: events are not verified';
      if (connection.authentication === 'entra') {
        if (readEntraSender(connection)) return 'Microsoft Entra tokens';
        throw new PipewrightError({
          code: 'invalid-input',
          message: 'The Microsoft Entra IDs are empty, so events cannot be verified.',
          hint: 'Enter Tenant ID, Application ID and Sender Application ID.',
        });
      }
      const secrets = webhookSecretsOf(connection);
      const isShared = connection.authentication === 'shared-secret';
      const warning = checkSecrets(isShared ? 'shared-secret-header' : undefined, secrets);
      if (secrets.current || secrets.previous)
        return warning === undefined ? 'Webhook secret' : `Webhook secret. ${warning.replace(/\.$/, '')}`;
      throw new PipewrightError({
        code: 'invalid-input',
        message: 'No secret is set, so events cannot be verified.',
        hint: offered.includes('none')
          ? 'Enter Secret, or select Microsoft Entra Token or None under Sender Authentication.'
          : 'Enter Secret, or select Microsoft Entra Token under Sender Authentication.',
      });
    },
  };
}
