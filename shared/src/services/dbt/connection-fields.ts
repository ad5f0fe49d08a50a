import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';

/** What a person enters for a dbt connection. */
export const fields = {
  accessUrl: text({
    label: 'Access URL',
    help: 'The address in your browser while you are in dbt, up to the first slash after it. Every account has its own; it also stands under Account Settings.',
    placeholder: 'https://ab123.us1.dbt.com',
  }),
  accountId: text({
    label: 'Account ID',
    help: 'The number of the account. It stands in the address of a page of dbt after /deploy/ or /accounts/; you can paste such an address.',
    placeholder: '12345',
    idFromUrl: {
      pattern: /\/(?:accounts|deploy|settings\/accounts|develop|dashboard)\/(\d+)/,
      example: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/jobs/910',
    },
  }),
  apiToken: text({
    label: 'API Token',
    help: 'A service token or a personal access token, from Account Settings, API Tokens. It must be allowed to read and run jobs; triggers also need it to manage webhooks.',
    secret: true,
  }),
};

/** The values of a dbt connection. */
export type DbtConnection = ConnectionValues<typeof fields>;
