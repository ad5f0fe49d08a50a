import * as v from 'valibot';
import { entraAuthorities } from '../auth/entra-token.ts';
import { option, text } from './fields.ts';

const noFile = {
  n8n: 'The packages of n8n read no files of the user; enter the text.',
  zapier: 'Zapier has no files of its own; enter the text.',
};

const noProvider = { zapier: 'A connection of Zapier cannot renew the token of another identity provider.' };

const noMachine = { zapier: 'Zapier does not run on a machine of the user.' };

/**
 * The methods of a login to Microsoft Entra without a client secret, as options of a dropdown.
 * @param label the label of a method: `Certificate`
 */
export const entraOptions = (label: (method: string) => string = (method) => method) =>
  [
    {
      value: 'certificate',
      label: label('Certificate'),
      description: 'A private key whose certificate is uploaded to the app registration',
    },
    {
      value: 'federated',
      label: label('Federated Credential'),
      description: 'A token of an identity provider that the app registration trusts (workload identity federation)',
      notOn: noProvider,
    },
    {
      value: 'managed-identity',
      label: 'Managed Identity',
      description: 'The identity of the Azure machine itself: self-hosted on Azure only, never in the cloud of n8n',
      notOn: noMachine,
    },
  ] as const;

/** Where the methods are selected. */
export interface EntraChoice {
  /** The field that selects the method. */
  field: string;
  /** Its value for a client secret. */
  clientSecret: string;
  /** Its values for other logins with Client ID and Client Secret. Default: none. */
  others?: readonly string[];
  /** Help of Client Secret, if it differs. */
  secretHelp?: string;
  /** Help of Federated Token, if the token may also come from a file of the machine. Default: it is required. */
  tokenHelp?: string;
}

/**
 * The fields of a login to Microsoft Entra; each is shown for the methods that use it. Their values are those of `EntraLogin`.
 * @see https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal
 */
export function entraFields({ field, clientSecret, others = [], secretHelp, tokenHelp }: EntraChoice) {
  const when = (...is: string[]) => ({ shownWhen: { field, is } });
  const application = [clientSecret, 'certificate', 'federated'];
  return {
    tenantId: v.optional(
      text({
        label: 'Tenant ID',
        help: 'Directory (tenant) ID of the app registration in Microsoft Entra ID.',
        placeholder: '00000000-0000-0000-0000-000000000000',
        requiredWhenShown: true,
        ...when(...application),
      }),
    ),
    clientId: v.optional(
      text({
        label: 'Client ID',
        help: 'Application (client) ID of the app registration or service principal.',
        placeholder: '00000000-0000-0000-0000-000000000000',
        requiredWhenShown: true,
        ...when(...others, ...application),
      }),
    ),
    clientSecret: v.optional(
      text({
        label: 'Client Secret',
        help: secretHelp ?? 'Value of the client secret, which Azure shows only when you create it; not its ID.',
        secret: true,
        requiredWhenShown: true,
        ...when(...others, clientSecret),
      }),
    ),
    certificate: v.optional(
      text({
        label: 'Certificate',
        help: {
          n8n: 'Contents of the .pem file with the private key and the certificate. Upload the certificate without the key to the app registration under Certificates & secrets.',
          zapier: 'Contents of the .pem file with the private key and the certificate.',
        },
        placeholder: '-----BEGIN PRIVATE KEY-----',
        secret: true,
        requiredWhenShown: true,
        ...when('certificate'),
      }),
    ),
    certificatePath: v.optional(
      text({
        label: 'Certificate Path',
        help: 'Path of the .pem file with the private key and the certificate. Default: the environment variable AZURE_CLIENT_CERTIFICATE_PATH.',
        ...when('certificate'),
        notOn: noFile,
      }),
    ),
    federatedToken: v.optional(
      text({
        label: 'Federated Token',
        help:
          tokenHelp ??
          'Token of the identity provider. It expires within minutes or hours, so enter an expression, such as a value of a previous node or of an external secret.',
        secret: true,
        requiredWhenShown: tokenHelp === undefined,
        ...when('federated'),
        notOn: noProvider,
      }),
    ),
    federatedTokenFile: v.optional(
      text({
        label: 'Federated Token File',
        help: 'Path of a file with the token, which is read for each login. Default: the environment variable AZURE_FEDERATED_TOKEN_FILE.',
        ...when('federated'),
        notOn: noFile,
      }),
    ),
    identityClientId: v.optional(
      text({
        label: 'Identity Client ID',
        help: 'Client ID of a user-assigned managed identity. Leave empty for the system-assigned identity.',
        placeholder: '00000000-0000-0000-0000-000000000000',
        ...when('managed-identity'),
        notOn: noMachine,
      }),
    ),
    certificatePassword: v.optional(
      text({
        label: 'Certificate Password',
        help: 'Password of the private key, if it is encrypted.',
        secret: true,
        ...when('certificate'),
        advanced: true,
      }),
    ),
  };
}

/** The fields of a connection whose only login is Microsoft Entra: how to log in, and the fields of each method. */
export const entraLoginFields = {
  authentication: v.optional(
    option(
      [
        { value: 'client-secret', label: 'Client Secret', description: 'A client secret of the app registration' },
        ...entraOptions(),
      ],
      { label: 'Authentication', help: 'How to log in to Microsoft Entra ID.' },
    ),
    'client-secret',
  ),
  ...entraFields({ field: 'authentication', clientSecret: 'client-secret' }),
};

/** Connection field for the login URL, for services with one URL per cloud. */
export const authorityField = {
  authorityUrl: v.optional(
    text({
      label: 'Entra Authority URL',
      help: 'The Microsoft Entra authority URL. Change it only if the tenant is in another Microsoft cloud.',
      placeholder: entraAuthorities.public,
      advanced: true,
    }),
    entraAuthorities.public,
  ),
};
