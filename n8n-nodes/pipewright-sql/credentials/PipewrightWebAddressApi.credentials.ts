import type { ICredentialType } from 'n8n-workflow';
import { webAddressConnection } from '../../../shared/src/services/web-address/connection.ts';
import { describeCredential } from '../../adapter/credential.ts';

/** A website from which files are fetched, with a log-in or without one. */
export class PipewrightWebAddressApi implements ICredentialType {
  name = 'pipewrightWebAddressApi';

  displayName = webAddressConnection.name;

  icon = { light: 'file:../icons/web-address.svg', dark: 'file:../icons/web-address.dark.svg' } as const;

  documentationUrl = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Authentication';

  properties = describeCredential(webAddressConnection);
}
