import type { ICredentialType } from 'n8n-workflow';
import { modeConnection } from '../../../shared/src/services/mode/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** Log-in to a Mode workspace by an API token. */
export class PipewrightModeApi implements ICredentialType {
  name = 'pipewrightModeApi';

  displayName = modeConnection.name;

  icon = { light: 'file:../icons/mode.svg', dark: 'file:../icons/mode.dark.svg' } as const;

  documentationUrl = 'https://mode.com/developer/api-reference/authentication/';

  properties = describeCredential(modeConnection);
}
