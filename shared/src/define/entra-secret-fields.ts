import * as v from 'valibot';
import { entraAuthorities } from '../auth/entra-token.ts';
import { text } from './fields.ts';

/** Connection fields of an app registration in Microsoft Entra ID that logs in with a client secret. */
export const entraSecretFields = {
  tenantId: text({
    label: 'Tenant ID',
    help: 'Directory (tenant) ID of the app registration in Microsoft Entra ID.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  }),
  clientId: text({
    label: 'Client ID',
    help: 'Application (client) ID of the app registration.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  }),
  clientSecret: text({
    label: 'Client Secret',
    help: 'Value of the client secret, not its ID. Azure shows it only when you create the secret.',
    secret: true,
  }),
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
