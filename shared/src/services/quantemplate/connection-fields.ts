import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** What a person enters for a Quantemplate connection. */
export const fields = {
  clientId: text({
    label: 'Client ID',
    help: 'The ID of an API user. Quantemplate Support issues it together with the secret.',
    placeholder: 'u-1a2b3c4d',
  }),
  clientSecret: text({
    label: 'Client Secret',
    help: 'The secret that Quantemplate Support issued with the client ID.',
    secret: true,
  }),
  organisationId: text({
    label: 'Organisation ID',
    help: 'It begins with c- and stands in the address of every page of your organisation in Quantemplate; you can paste such an address.',
    placeholder: 'c-contoso',
    idFromUrl: { pattern: /[^/]\/(c-[\w-]+)/, example: 'https://app.prod.quantemplate.com/c-contoso/data' },
  }),
  ...webhookSecretFields('Quantemplate'),
  apiUrl: v.optional(
    text({
      label: 'API Address',
      help: 'Where the interface of Quantemplate is. Leave it unless Quantemplate told you another address.',
      placeholder: 'https://api.prod.quantemplate.com/v1',
      advanced: true,
    }),
    'https://api.prod.quantemplate.com/v1',
  ),
  loginUrl: v.optional(
    text({
      label: 'Login Address',
      help: 'Where tokens are fetched. Leave it unless Quantemplate told you another address.',
      placeholder: 'https://accounts.prod.quantemplate.com/auth/realms/qt/protocol/openid-connect/token',
      advanced: true,
    }),
    'https://accounts.prod.quantemplate.com/auth/realms/qt/protocol/openid-connect/token',
  ),
};

/** The values of a Quantemplate connection. */
export type QuantemplateConnection = ConnectionValues<typeof fields>;
