import type { ICredentialType } from 'n8n-workflow';
import { dbtConnection } from '../../../shared/src/services/dbt/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** Log-in to the dbt platform by a token. */
export class PipewrightDbtApi implements ICredentialType {
  name = 'pipewrightDbtApi';

  displayName = dbtConnection.name;

  icon = { light: 'file:../icons/dbt.svg', dark: 'file:../icons/dbt.dark.svg' } as const;

  documentationUrl = 'https://docs.getdbt.com/docs/dbt-cloud-apis/authentication';

  properties = describeCredential(dbtConnection);
}
