import { entraConnectionVariables } from '../../auth/entra-variables.ts';
import { defineConnection } from '../../define/connection.ts';
import { PipewrightError } from '../../host/error.ts';
import { service } from './api.ts';
import { fields } from './connection-fields.ts';
import { readWorkspacePage } from './workspaces.ts';

/** Service principal or managed identity, for Fabric. */
export const fabricConnection = defineConnection({
  key: 'fabric',
  name: 'Microsoft Fabric Service Principal',
  description:
    'A service principal in Microsoft Entra ID, such as an app registration. A Fabric administrator must allow service principals to call Fabric public APIs; add the service principal to each workspace as Contributor.',
  documentationUrl: 'https://learn.microsoft.com/rest/api/fabric/articles/identity-support',
  fields,
  fromVariables: entraConnectionVariables,
  async test(context) {
    const { entries } = await readWorkspacePage(context, undefined);
    const [first] = entries;
    if (first) return `Fabric (${first.displayName}${entries.length > 1 ? ' and others' : ''})`;
    throw new PipewrightError({
      code: 'forbidden',
      service,
      message: 'The login works, but the app registration has access to no workspace.',
      hint: 'Open the workspace in Fabric, select Manage access and add the app registration as Contributor.',
    });
  },
});
