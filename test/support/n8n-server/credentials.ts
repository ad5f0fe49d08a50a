import type { N8n } from './n8n-server.ts';

/** A reference to a credential in a workflow's node: `credentials: { [type]: { id, name } }`. */
export interface Credential {
  id: string;
  name: string;
  type: string;
}

/** The result that n8n shows when a user saves or retries a credential. */
export interface CredentialTest {
  status: 'OK' | 'Error';
  message: string;
}

/**
 * Stores a credential that belongs to the owner.
 * @param type its type name: `pipewrightAzureApi`
 * @param data its fields, by name
 */
export async function createCredential(
  n8n: N8n,
  name: string,
  type: string,
  data: Record<string, unknown>,
): Promise<Credential> {
  const { id } = await n8n.api.rest<{ id: string }>('POST', 'credentials', { name, type, data });
  return { id, name, type };
}

/** Tests a stored credential as the editor does; `data` contains its fields, by name. */
export async function testCredential(
  n8n: N8n,
  credential: Credential,
  data: Record<string, unknown>,
): Promise<CredentialTest> {
  return await n8n.api.rest('POST', 'credentials/test', { credentials: { ...credential, data } });
}
