import type { ICredentialType } from 'n8n-workflow';
import { databricksConnection } from '../../../shared/src/services/databricks/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** Log-in to a Databricks workspace by an access token or as a service principal. */
export class PipewrightDatabricksApi implements ICredentialType {
  name = 'pipewrightDatabricksApi';

  displayName = databricksConnection.name;

  icon = { light: 'file:../icons/databricks.svg', dark: 'file:../icons/databricks.dark.svg' } as const;

  documentationUrl = 'https://docs.databricks.com/aws/en/dev-tools/auth/';

  properties = describeCredential(databricksConnection);
}
