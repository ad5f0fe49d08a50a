import * as v from 'valibot';
import { defineConnection } from '../../define/connection.ts';
import { displayText } from '../../http/response-schema.ts';
import { accountPath, callDbt } from './api.ts';
import { fields } from './connection-fields.ts';

/** Connects to an account of the dbt platform with a token. */
export const dbtConnection = defineConnection({
  key: 'dbt',
  name: 'dbt API Token',
  description: 'A dbt platform account (formerly dbt Cloud) with a service token or personal access token.',
  documentationUrl: 'https://docs.getdbt.com/docs/dbt-cloud-apis/authentication',
  fields,
  async test(context) {
    const { name } = await callDbt(
      context,
      'GET',
      `${accountPath(context.connection)}/`,
      v.object({ name: displayText }),
    );
    return name ?? context.connection.accountId;
  },
});
