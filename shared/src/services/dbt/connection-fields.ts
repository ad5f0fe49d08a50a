import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';

/** Fields of a dbt connection. */
export const fields = {
  accessUrl: text({
    label: 'Access URL',
    help: 'The access URL of your account, from Account settings in dbt or from the address bar of your browser.',
    placeholder: 'https://ab123.us1.dbt.com',
  }),
  accountId: text({
    label: 'Account ID',
    help: 'The number after /deploy/ or /accounts/ in the URL of a dbt page. You can also paste the whole URL.',
    placeholder: '12345',
    idFromUrl: {
      pattern: /\/(?:accounts|deploy|settings\/accounts|develop|dashboard)\/(\d+)/,
      example: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/jobs/910',
    },
  }),
  apiToken: text({
    label: 'API Token',
    help: 'A service token or personal access token from Account settings > API tokens. It needs permission to read and run jobs; triggers also need permission to manage webhooks.',
    secret: true,
  }),
};

/** Values of a dbt connection. */
export type DbtConnection = ConnectionValues<typeof fields>;
