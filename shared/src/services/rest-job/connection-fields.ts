import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { httpLoginFields } from '../../define/http-login-fields.ts';

/** Fields of a REST Job connection. */
export const fields = {
  baseUrl: text({
    label: 'Base URL',
    help: 'The part of the API URL that all requests share, such as https://airflow.example.com. No other host is called.',
    placeholder: 'https://jobs.example.com/api',
  }),
  ...httpLoginFields,
};

/** Values of a REST Job connection. */
export type RestJobConnection = ConnectionValues<typeof fields>;
