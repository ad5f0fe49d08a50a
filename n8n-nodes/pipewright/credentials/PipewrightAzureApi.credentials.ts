import type { ICredentialType } from 'n8n-workflow';
import { azureConnection } from '../../../shared/src/services/azure/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** Log-in to Azure by a service principal. */
export class PipewrightAzureApi implements ICredentialType {
  name = 'pipewrightAzureApi';

  displayName = azureConnection.name;

  icon = { light: 'file:../icons/data-factory.svg', dark: 'file:../icons/data-factory.dark.svg' } as const;

  documentationUrl = 'https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal';

  properties = describeCredential(azureConnection);
}
