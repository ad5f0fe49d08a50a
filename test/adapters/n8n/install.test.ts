import { packageNames, packages, type PackageName } from '../../../scripts/generate/packages.ts';
import { credentialName } from '../../../n8n-nodes/adapter/names.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import { startN8n, type N8n } from '../../support/n8n-server/n8n-server.ts';
import { startNpmRegistry, type NpmRegistry } from '../../support/n8n-server/npm-registry.ts';
import { packedPackages } from './build-package.ts';
import { openN8n } from './open-n8n.ts';

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

/** The name of the service of a node; n8n adds a tool for AI agents to every node with operations. */
const withoutKind = (node: string): string => node.replace(/(Polling)?(Trigger)?(Tool)?$/, '');

/** Checks which of our packages n8n has loaded. The types of all nodes are 19 MB, so it is not called for every package. */
async function expectLoaded(names: readonly PackageName[]): Promise<void> {
  const nodes = (await n8n.api.types<{ name: string }>('nodes')).map(({ name }) => name);
  const loaded = nodes.filter((name) => name.startsWith('n8n-nodes-pipewright')).map(withoutKind);
  const wanted = names.flatMap((name) => keysOf(name).map((key) => `${full(name)}.${key}`));
  expect([...new Set(loaded)].sort()).toEqual(wanted.sort());
  const credentials = (await n8n.api.types<{ name: string }>('credentials')).map(({ name }) => name);
  expect([...new Set(credentials.filter((name) => name.startsWith('pipewright')))].sort()).toEqual(
    [...new Set(names.flatMap(credentialsOf))].sort(),
  );
}

const install = (name: PackageName) => n8n.api.rest<Installed>('POST', 'community-packages', { name: full(name) });
const remove = (name: PackageName) => n8n.api.rest('DELETE', `community-packages?name=${full(name)}`);
const listInstalled = (of: N8n) => of.api.rest<Installed[]>('GET', 'community-packages');

it.each(packageNames)("n8n's loader loads %s alone: all its nodes, with credentials of its own only", async (name) => {
  const engine = await openN8n([name]);
  try {
    const { nodeNames, credentialTypes } = engine;
    expect([...new Set(nodeNames.map(withoutKind))].sort()).toEqual(keysOf(name).sort());
    expect(Object.keys(credentialTypes).sort()).toEqual([...new Set(credentialsOf(name))].sort());
    const used = nodeNames.flatMap((node) => engine.nodeType(node).description.credentials ?? []);
    for (const credential of used) expect(credentialTypes).toHaveProperty(credential.name);
  } finally {
    await engine.close();
  }
});

it('n8n installs all packages from the registry side by side, loads them, and removes one or all', async () => {
  for (const name of packageNames) {
    const { installedNodes, installedVersion } = await install(name);
    expect(installedVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(installedNodes).not.toEqual([]);
    for (const node of installedNodes) expect(node.name).toMatch(/^Pipewright /);
  }
  await expectLoaded(packageNames);
  const listed = await listInstalled(n8n);
  expect(listed.map(({ packageName }) => packageName).sort()).toEqual(packageNames.map(full).sort());
  expect(listed.filter(({ failedLoading }) => failedLoading)).toEqual([]);
  const [first, ...others] = packageNames;
  if (first) await remove(first);
  await expectLoaded(others);
  for (const name of others) await remove(name);
  await expectLoaded([]);
});

it('an n8n that forbids unverified packages installs one with its checksum, and refuses one with another checksum', async () => {
  const version = '0.1.0';
  const good = { name: full('pipewright-dbt'), version, checksum: registry.integrity(full('pipewright-dbt')) };
  const forged = { name: full('pipewright-mode'), version, checksum: good.checksum };
  const managed = await startN8n({
    env: {
      ...registry.env,
      N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
      N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV: 'true',
      N8N_COMMUNITY_PACKAGES: JSON.stringify([good, forged]),
    },
  });
  try {
    expect(await listInstalled(managed)).toMatchObject([{ packageName: good.name, failedLoading: false }]);
    expect(managed.logs()).toContain(`Failed to install community package`);
    await expect(managed.api.rest('POST', 'community-packages', { name: full('pipewright-azure') })).rejects.toThrow(
      /managed via environment variables/,
    );
  } finally {
    await managed.stop();
  }
});
