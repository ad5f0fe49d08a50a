import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** The fields of a Quantemplate connection. */
export const fields = {
  clientId: text({
    label: 'Client ID',
    help: 'Client ID of an API user, issued by Quantemplate Support.',
    placeholder: 'u-1a2b3c4d',
  }),
  clientSecret: text({
    label: 'Client Secret',
    help: 'Client secret that Quantemplate Support issued with the client ID.',
    secret: true,
  }),
  organisationId: text({
    label: 'Organisation ID',
    help: 'Organisation ID, which starts with c- and is in the URL of every Quantemplate page. You can also paste the URL.',
    placeholder: 'c-contoso',
    idFromUrl: { pattern: /[^/]\/(c-[\w-]+)/, example: 'https://app.prod.quantemplate.com/c-contoso/data' },
  }),
  ...webhookSecretFields('Quantemplate'),
  apiUrl: v.optional(
    text({
      label: 'API URL',
      help: 'Base URL of the Quantemplate API. Change it only if Quantemplate gave you a different URL.',
      placeholder: 'https://api.prod.quantemplate.com/v1',
      advanced: true,
    }),
    'https://api.prod.quantemplate.com/v1',
  ),
  loginUrl: v.optional(
    text({
      label: 'Token URL',
      help: 'URL that issues access tokens. Change it only if Quantemplate gave you a different URL.',
      placeholder: 'https://accounts.prod.quantemplate.com/auth/realms/qt/protocol/openid-connect/token',
      advanced: true,
    }),
    'https://accounts.prod.quantemplate.com/auth/realms/qt/protocol/openid-connect/token',
  ),
};

/** The values of a Quantemplate connection. */
export type QuantemplateConnection = ConnectionValues<typeof fields>;
