import { entraConnectionVariables } from '../../auth/entra-variables.ts';
import { defineConnection } from '../../define/connection.ts';
import { PipewrightError } from '../../host/error.ts';
import { fields } from './connection-fields.ts';
import { service } from './api.ts';
import { readWorkspacePage } from './workspaces.ts';

/** Service principal or managed identity, for Power BI. */
export const powerBiConnection = defineConnection({
  key: 'powerBi',
  name: 'Power BI Service Principal',
  description:
    'A service principal in Microsoft Entra ID, such as an app registration. A Fabric administrator must allow service principals to call Fabric public APIs; add the service principal to each workspace as Contributor.',
  documentationUrl: 'https://learn.microsoft.com/power-bi/developer/embedded/embed-service-principal',
  fields,
  fromVariables: entraConnectionVariables,
  async test(context) {
    const { entries } = await readWorkspacePage(context, undefined);
    const [first] = entries;
    if (first) return `Power BI (${first.name}${entries.length > 1 ? ' and others' : ''})`;
    throw new PipewrightError({
      code: 'forbidden',
      service,
      message: 'The login works, but the app registration has access to no workspace.',
      hint: 'Open the workspace in Power BI, select Manage access and add the app registration as Contributor.',
    });
  },
});
