import { credentialName } from '../../../n8n-nodes/adapter/names.ts';
import { sandboxConnections } from '../../doubles/connections.ts';
import type { Sandbox } from '../../doubles/sandbox.ts';
import type { Credentials } from './open-n8n.ts';

/** Credentials for the accounts of the sandbox, by type: `pipewrightDbtApi`. */
export function sandboxCredentials(sandbox: Sandbox): Credentials {
  // Only the command line logs in to websites.
  const { webAddress: _, ...vendors } = sandboxConnections(sandbox);
  const connections = { ...vendors, sql: { engine: 'sqlite', file: 'datasets.db' } };
  return Object.fromEntries(Object.entries(connections).map(([key, values]) => [credentialName({ key }), values]));
}
