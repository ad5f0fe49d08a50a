import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { httpLoginFields } from '../../define/http-login-fields.ts';

/** Fields of the Web Address connection. */
export const fields = {
  website: text({
    label: 'Website',
    help: 'Origin of the URLs, e.g. https://files.example.com. Credentials are only sent to this origin.',
    placeholder: 'https://files.example.com',
  }),
  ...httpLoginFields,
};

/** Values of the Web Address connection. */
export type WebAddressConnection = ConnectionValues<typeof fields>;
