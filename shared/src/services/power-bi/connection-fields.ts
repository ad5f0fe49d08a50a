import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { authorityField, entraLoginFields } from '../../define/entra-fields.ts';
import { text } from '../../define/fields.ts';

/** Base URL of the API in the public cloud. */
export const publicAddress = 'https://api.powerbi.com';

/** Fields of the Power BI connection. */
export const fields = {
  ...entraLoginFields,
  ...authorityField,
  address: v.optional(
    text({
      label: 'Base URL',
      help: 'Base URL of the Power BI API. Change it only if the tenant is in another Microsoft cloud.',
      placeholder: publicAddress,
      advanced: true,
    }),
    publicAddress,
  ),
};

/** Values of the Power BI connection. */
export type PowerBiConnection = ConnectionValues<typeof fields>;
