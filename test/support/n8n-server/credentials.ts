import type { N8n } from './n8n-server.ts';

/** A credential as a node of a workflow refers to it: `credentials: { [type]: { id, name } }`. */
export interface Credential {
  id: string;
  name: string;
  type: string;
}

/** What n8n shows a person who saves or retries a credential. */
export interface CredentialTest {
  status: 'OK' | 'Error';
  message: string;
}

/**
 * Stores a credential of the owner.
 * @param type its name in code: `pipewrightAzureApi`
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

/** Tests a stored credential the way the editor does; `data` are its fields, by name. */
export async function testCredential(
  n8n: N8n,
  credential: Credential,
  data: Record<string, unknown>,
): Promise<CredentialTest> {
  return await n8n.api.rest('POST', 'credentials/test', { credentials: { ...credential, data } });
}
