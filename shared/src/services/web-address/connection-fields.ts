import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { option, text } from '../../define/fields.ts';

/** Fields of the Web Address connection. */
export const fields = {
  website: text({
    label: 'Website',
    help: 'Origin of the URLs, e.g. https://files.example.com. Credentials are only sent to this origin.',
    placeholder: 'https://files.example.com',
  }),
  authentication: v.optional(
    option(
      [
        { value: 'none', label: 'None', description: 'The files are public' },
        { value: 'bearer', label: 'Bearer Token', description: 'Token in the Authorization header' },
        { value: 'basic', label: 'Basic Auth', description: 'User name and password' },
        { value: 'header', label: 'Header Auth', description: 'API key in a header of your choice' },
      ],
      { label: 'Authentication', help: 'Authentication method of the website.' },
    ),
    'none',
  ),
  token: v.optional(
    text({
      label: 'Token',
      help: 'Token without the word Bearer.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['bearer'] },
    }),
  ),
  user: v.optional(
    text({
      label: 'User Name',
      help: 'User name for basic authentication.',
      placeholder: 'pipewright',
      shownWhen: { field: 'authentication', is: ['basic'] },
    }),
  ),
  password: v.optional(
    text({
      label: 'Password',
      help: 'Password for basic authentication.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['basic'] },
    }),
  ),
  headerName: v.optional(
    text({
      label: 'Header Name',
      help: 'Name of the header with the API key.',
      placeholder: 'X-API-Key',
      shownWhen: { field: 'authentication', is: ['header'] },
    }),
  ),
  headerSecret: v.optional(
    text({
      label: 'Header Value',
      help: 'Value of the header, usually an API key.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['header'] },
    }),
  ),
};

/** Values of the Web Address connection. */
export type WebAddressConnection = ConnectionValues<typeof fields>;
