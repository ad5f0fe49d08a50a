import * as v from 'valibot';
import { defineConnection, type ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { shownText } from '../../http/answer-shape.ts';
import { accountPath, callDbt } from './api.ts';

const fields = {
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

/** Log-in to an account of the dbt platform by a token. */
export const dbtConnection = defineConnection({
  key: 'dbt',
  name: 'dbt API Token',
  description: 'An account of the dbt platform (formerly dbt Cloud) with a service token or a personal access token.',
  documentationUrl: 'https://docs.getdbt.com/docs/dbt-cloud-apis/authentication',
  fields,
  async test(context) {
    const { name } = await callDbt(context, 'GET', `${accountPath(context.connection)}/`, v.object({ name: shownText }));
    return name ?? context.connection.accountId;
  },
});
