import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { option, text, withInfo } from '../../define/fields.ts';
import { httpLoginFields, httpLoginOptions } from '../../define/http-login-fields.ts';

const when = (...is: string[]) => ({ shownWhen: { field: 'authentication', is } });

/** Fields of a REST Job connection. */
export const fields = {
  baseUrl: text({
    label: 'Base URL',
    help: 'The part of the API URL that all requests share, such as https://airflow.example.com. No other host is called, except that of the Token URL.',
    placeholder: 'https://jobs.example.com/api',
  }),
  ...httpLoginFields,
  authentication: v.optional(
    option(
      [
        ...httpLoginOptions,
        {
          value: 'login',
          label: 'User Login',
          description: 'User name and password, sent as JSON in exchange for a token: Airflow 3',
        },
        {
          value: 'application',
          label: 'Application',
          description: 'Client ID and secret, sent as JSON in exchange for a token: Airbyte',
        },
        {
          value: 'clientCredentials',
          label: 'OAuth 2.0 Client',
          description:
            'Client ID and secret, sent as OAuth 2.0 defines it in exchange for a token (client credentials grant)',
        },
      ],
      {
        label: 'Authentication',
        help: 'How requests authenticate. A token of a login is renewed when it expires, so a long wait outlives it.',
      },
    ),
    'none',
  ),
  user: withInfo(httpLoginFields.user, { help: 'User name for the login.', ...when('basic', 'login') }),
  password: withInfo(httpLoginFields.password, { help: 'Password for the login.', ...when('basic', 'login') }),
  clientId: v.optional(
    text({
      label: 'Client ID',
      help: 'ID of the application. In Airbyte: User settings > Applications.',
      placeholder: '0da998a2-0d7b-49c7-bb6e-9f7eb9cc68a0',
      requiredWhenShown: true,
      ...when('application', 'clientCredentials'),
    }),
  ),
  clientSecret: v.optional(
    text({
      label: 'Client Secret',
      help: 'Secret of the application.',
      secret: true,
      requiredWhenShown: true,
      ...when('application', 'clientCredentials'),
    }),
  ),
  loginUrl: v.optional(
    text({
      label: 'Token URL',
      help: 'URL of the request for a token, or its path after the Base URL. Leave empty for /auth/token with User Login, as in Airflow 3, and for /applications/token with Application, as in Airbyte.',
      placeholder: '/auth/token',
      ...when('login', 'application', 'clientCredentials'),
    }),
  ),
  scope: v.optional(
    text({
      label: 'Scope',
      help: 'Scopes to request, separated by spaces.',
      placeholder: 'jobs:run',
      advanced: true,
      ...when('clientCredentials'),
    }),
  ),
  answerField: v.optional(
    text({
      label: 'Token Field',
      help: 'Where the token is in the answer: data.token is the field token inside the field data.',
      placeholder: 'access_token',
      advanced: true,
      ...when('login', 'application', 'clientCredentials'),
    }),
    'access_token',
  ),
};

/** Values of a REST Job connection. */
export type RestJobConnection = ConnectionValues<typeof fields>;
