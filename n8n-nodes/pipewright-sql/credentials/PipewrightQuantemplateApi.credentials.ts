import type { ICredentialType } from 'n8n-workflow';
import { quantemplateConnection } from '../../../shared/src/services/quantemplate/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** Log-in to Quantemplate as an API user. */
export class PipewrightQuantemplateApi implements ICredentialType {
  name = 'pipewrightQuantemplateApi';

  displayName = quantemplateConnection.name;

  icon = { light: 'file:../icons/quantemplate.svg', dark: 'file:../icons/quantemplate.dark.svg' } as const;

  documentationUrl = 'https://quantemplate.readme.io/';

  properties = describeCredential(quantemplateConnection);
}
