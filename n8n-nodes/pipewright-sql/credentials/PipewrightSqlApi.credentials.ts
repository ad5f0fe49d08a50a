import type { ICredentialType } from 'n8n-workflow';
import { sqlConnection } from '../../../shared/src/tables/sql-table/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** A database into which datasets are loaded. */
export class PipewrightSqlApi implements ICredentialType {
  name = 'pipewrightSqlApi';

  displayName = sqlConnection.name;

  icon = { light: 'file:../icons/sql-table.svg', dark: 'file:../icons/sql-table.dark.svg' } as const;

  documentationUrl = 'https://www.postgresql.org/docs/current/libpq-connect.html';

  properties = describeCredential(sqlConnection);
}
