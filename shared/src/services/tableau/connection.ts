import { defineConnection } from '../../define/connection.ts';
import { openSite, service } from './api.ts';
import { fields } from './connection-fields.ts';
import { probeSite } from './content.ts';

/** A personal access token of Tableau Cloud or Tableau Server. */
export const tableauConnection = defineConnection({
  key: 'tableau',
  name: 'Tableau Personal Access Token',
  description:
    'A personal access token of Tableau Cloud or Tableau Server that is used nowhere else. Triggers and Reuse Active Run require that its user is a site administrator.',
  documentationUrl: 'https://help.tableau.com/current/online/en-us/security_personal_access_tokens.htm',
  fields,
  async test(context) {
    await probeSite(await openSite(context));
    return `${service} (${context.connection.site ?? 'default site'})`;
  },
});
