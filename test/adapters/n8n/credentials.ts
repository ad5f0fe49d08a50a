import { credentialName } from '../../../n8n-nodes/adapter/names.ts';
import { packages } from '../../../scripts/generate/packages.ts';
import { sandboxConnections } from '../../doubles/connections.ts';
import type { Sandbox } from '../../doubles/sandbox.ts';
import type { Credentials } from './open-n8n.ts';

/** The connections that n8n has a credential type for. */
const offered = new Set(
  Object.values(packages).flatMap(({ services }) => services.map(({ connection }) => connection.key)),
);

/** Credentials for the accounts of the sandbox, by type: `pipewrightDbtApi`. */
export function sandboxCredentials(sandbox: Sandbox): Credentials {
  const connections = { ...sandboxConnections(sandbox), sql: { engine: 'sqlite', file: 'datasets.db' } };
  return Object.fromEntries(
    Object.entries(connections)
      .filter(([key]) => offered.has(key))
      .map(([key, values]) => [credentialName({ key }), values]),
  );
}
