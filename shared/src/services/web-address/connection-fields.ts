import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { option, text } from '../../define/fields.ts';

/** What a person enters for a connection to a website. */
export const fields = {
  website: text({
    label: 'Website',
    help: 'The beginning of the addresses, up to the first slash after the name. Files are fetched from here only, and the log-in is sent nowhere else.',
    placeholder: 'https://files.example.com',
  }),
  authentication: v.optional(
    option(
      [
        { value: 'none', label: 'None' },
        { value: 'bearer', label: 'Token (Bearer)' },
        { value: 'basic', label: 'User and Password (Basic)' },
        { value: 'header', label: 'Header' },
      ],
      { label: 'Log-In', help: 'How the website wants to know who asks.' },
    ),
    'none',
  ),
  token: v.optional(
    text({
      label: 'Token',
      help: 'It is sent behind the word Bearer.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['bearer'] },
    }),
  ),
  user: v.optional(
    text({
      label: 'User',
      help: 'The name of the user.',
      placeholder: 'pipewright',
      shownWhen: { field: 'authentication', is: ['basic'] },
    }),
  ),
  password: v.optional(
    text({
      label: 'Password',
      help: 'The password of that user.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['basic'] },
    }),
  ),
  headerName: v.optional(
    text({
      label: 'Header Name',
      help: 'The header that the website wants.',
      placeholder: 'X-API-Key',
      shownWhen: { field: 'authentication', is: ['header'] },
    }),
  ),
  headerSecret: v.optional(
    text({
      label: 'Header Value',
      help: 'The value of that header.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['header'] },
    }),
  ),
};

/** The values of a connection to a website. */
export type WebAddressConnection = ConnectionValues<typeof fields>;
