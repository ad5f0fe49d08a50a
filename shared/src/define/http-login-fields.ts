import * as v from 'valibot';
import { option, text } from './fields.ts';

/** The methods of authentication that need no further request, as options of a dropdown. */
export const httpLoginOptions = [
  { value: 'none', label: 'None', description: 'No authentication' },
  { value: 'bearer', label: 'Bearer Token', description: 'Token in the Authorization header' },
  { value: 'basic', label: 'Basic Auth', description: 'User name and password' },
  { value: 'header', label: 'Header Auth', description: 'API key in a header of your choice' },
] as const;

/** Connection fields for authentication with a bearer token, HTTP Basic or an API key. */
export const httpLoginFields = {
  authentication: v.optional(
    option(httpLoginOptions, { label: 'Authentication', help: 'How requests authenticate.' }),
    'none',
  ),
  token: v.optional(
    text({
      label: 'Token',
      help: 'Token without the word Bearer.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['bearer'] },
      requiredWhenShown: true,
    }),
  ),
  user: v.optional(
    text({
      label: 'User Name',
      help: 'User name for basic authentication.',
      placeholder: 'pipewright',
      shownWhen: { field: 'authentication', is: ['basic'] },
      requiredWhenShown: true,
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
      requiredWhenShown: true,
    }),
  ),
  headerSecret: v.optional(
    text({
      label: 'Header Value',
      help: 'Value of the header, usually an API key.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['header'] },
      requiredWhenShown: true,
    }),
  ),
};
