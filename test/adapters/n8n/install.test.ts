import { packageNames, packages, type PackageName } from '../../../scripts/generate/packages.ts';
import { credentialName } from '../../../n8n-nodes/adapter/names.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import { startN8n, type N8n } from '../../support/n8n-server/n8n-server.ts';
import { startNpmRegistry, type NpmRegistry } from '../../support/n8n-server/npm-registry.ts';
import { packedPackages } from './build-package.ts';

/** A package as n8n lists it under Community nodes. */
interface Installed {
  packageName: string;
  installedVersion: string;
  installedNodes: { name: string; type: string }[];
  failedLoading?: boolean;
}

let registry: NpmRegistry;
let n8n: N8n;

beforeAll(async () => {
  registry = await startNpmRegistry(await packedPackages());
  // n8n serves the types of nodes only with its editor.
  n8n = await startN8n({ env: registry.env, editor: true });
});

afterAll(async () => {
  await n8n.stop();
  await registry.stop();
});

const full = (name: PackageName): string => `n8n-nodes-${name}`;
const keysOf = (name: PackageName): string[] => packages[name].services.map(({ key }) => key);
const credentialsOf = (name: PackageName): string[] =>
  packages[name].services.flatMap(({ connection }) => (logsIn(connection) ? [credentialName(connection)] : []));

async function expectLoaded(of: N8n, names: readonly PackageName[]): Promise<void> {
  const nodes = (await of.api.types<{ name: string }>('nodes')).map(({ name }) => name);
  const own = nodes.filter((name) => name.startsWith('n8n-nodes-pipewright'));
  // n8n adds a tool for AI agents to every node with operations.
  const loaded = own.map((name) => name.replace(/(Polling)?(Trigger)?(Tool)?$/, ''));
  const wanted = names.flatMap((name) => keysOf(name).map((key) => `${full(name)}.${key}`));
  expect([...new Set(loaded)].sort()).toEqual(wanted.sort());
  const credentials = (await of.api.types<{ name: string }>('credentials')).map(({ name }) => name);
  expect([...new Set(credentials.filter((name) => name.startsWith('pipewright')))].sort()).toEqual(
    [...new Set(names.flatMap(credentialsOf))].sort(),
  );
}

const install = (name: PackageName) => n8n.api.rest<Installed>('POST', 'community-packages', { name: full(name) });

it.each(packageNames)('n8n installs %s alone from the registry, loads it, and removes it', async (name) => {
  const { installedNodes, installedVersion } = await install(name);
  expect(installedVersion).toMatch(/^\d+\.\d+\.\d+/);
  for (const node of installedNodes) expect(node.name).toMatch(/^Pipewright /);
  await expectLoaded(n8n, [name]);
  await n8n.api.rest('DELETE', `community-packages?name=${full(name)}`);
  await expectLoaded(n8n, []);
});

it('n8n installs all packages side by side', async () => {
  for (const name of packageNames) await install(name);
  await expectLoaded(n8n, packageNames);
  const listed = await n8n.api.rest<Installed[]>('GET', 'community-packages');
  expect(listed.map(({ packageName }) => packageName).sort()).toEqual(packageNames.map(full).sort());
  expect(listed.filter(({ failedLoading }) => failedLoading)).toEqual([]);
});

it('an n8n that forbids unverified packages installs one with its checksum, and refuses one with another checksum', async () => {
  const version = '0.1.0';
  const good = { name: full('pipewright-dbt'), version, checksum: registry.integrity(full('pipewright-dbt')) };
  const forged = { name: full('pipewright-mode'), version, checksum: good.checksum };
  const managed = await startN8n({
    editor: true,
    env: {
      ...registry.env,
      N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
      N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV: 'true',
      N8N_COMMUNITY_PACKAGES: JSON.stringify([good, forged]),
    },
  });
  try {
    await expectLoaded(managed, ['pipewright-dbt']);
    expect(managed.logs()).toContain(`Failed to install community package`);
    await expect(managed.api.rest('POST', 'community-packages', { name: full('pipewright-azure') })).rejects.toThrow(
      /managed via environment variables/,
    );
  } finally {
    await managed.stop();
  }
});
