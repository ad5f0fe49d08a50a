import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';

/** Fields of the Tableau connection. */
export const fields = {
  address: text({
    label: 'Server URL',
    help: 'URL of Tableau up to the first slash, copied from the browser after you have signed in. On Tableau Cloud, it names your pod.',
    placeholder: 'https://10ax.online.tableau.com',
  }),
  site: v.optional(
    text({
      label: 'Site',
      help: 'Name of the site in the URL of any Tableau page, such as contoso in …/#/site/contoso/home. Leave empty for the default site of Tableau Server.',
      placeholder: 'contoso',
      idFromUrl: {
        pattern: /\/site\/([^/?#]+)/,
        example: 'https://10ax.online.tableau.com/#/site/contoso/home',
      },
    }),
  ),
  patName: text({
    label: 'Token Name',
    help: 'Name of a personal access token that is used only here: Tableau ends its session when it is used elsewhere. Create one under My Account Settings in Tableau.',
    placeholder: 'pipewright',
  }),
  patSecret: text({
    label: 'Token Secret',
    help: 'Secret of the personal access token. Tableau shows it only when the token is created; a token that is not used for 15 days expires.',
    secret: true,
  }),
};

/** Values of the Tableau connection. */
export type TableauConnection = ConnectionValues<typeof fields>;
