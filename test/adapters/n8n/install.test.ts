import { packageNames, packages, type PackageName } from '../../../scripts/generate/packages.ts';
import { credentialName } from '../../../n8n-nodes/adapter/names.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import { isThorough } from '../../support/thorough.ts';
import { startN8n, type N8n } from '../../support/n8n-server/n8n-server.ts';
import { startNpmRegistry, type NpmRegistry } from '../../support/n8n-server/npm-registry.ts';
import { packedPackages } from './build-package.ts';
import { openN8n } from './open-n8n.ts';

/** A package as n8n lists it under Community nodes. */
interface Installed {
  packageName: string;
  installedVersion: string;
  installedNodes: { name: string; type: string; latestVersion: number }[];
  failedLoading?: boolean;
}

let registry: NpmRegistry;
let n8n: N8n;

beforeAll(async () => {
  registry = await startNpmRegistry(await packedPackages());
  n8n = await startN8n({ env: registry.env });
});

afterAll(async () => {
  await n8n.stop();
  await registry.stop();
});

const full = (name: PackageName): string => `n8n-nodes-${name}`;
const keysOf = (name: PackageName): string[] => packages[name].services.map(({ key }) => key);
/** The nodes of a package without their kinds: one per service. */
const servicesOf = (name: PackageName): string[] => keysOf(name).map((key) => `${full(name)}.${key}`);
const credentialsOf = (name: PackageName): string[] =>
  packages[name].services.flatMap(({ connection }) => (logsIn(connection) ? [credentialName(connection)] : []));

/** The name of the service of a node; n8n adds a tool for AI agents to every node with operations. */
const withoutKind = (node: string): string => node.replace(/(Polling)?(Trigger)?(Tool)?$/, '');

const install = (name: PackageName) => n8n.api.rest<Installed>('POST', 'community-packages', { name: full(name) });
const remove = (name: PackageName) => n8n.api.rest('DELETE', `community-packages?name=${full(name)}`);
const listInstalled = (of: N8n) => of.api.rest<Installed[]>('GET', 'community-packages');

const describeNode = (name: string, version: number) =>
  n8n.api.rest<{ displayName: string }[]>('POST', 'node-types', { nodeInfos: [{ name, version }] });

/** Checks which of the installed packages n8n has loaded: what it lists, and the nodes and credentials that it can describe. */
async function expectLoaded(names: readonly PackageName[], installed: readonly Installed[]): Promise<void> {
  const listed = await listInstalled(n8n);
  expect(listed.map(({ packageName }) => packageName).sort()).toEqual(names.map(full).sort());
  expect(listed.filter(({ failedLoading }) => failedLoading)).toEqual([]);

  for (const { packageName, installedNodes } of installed) {
    const isWanted = names.some((name) => full(name) === packageName);
    for (const { name, type, latestVersion } of installedNodes) {
      const described = describeNode(type, latestVersion);
      if (isWanted) expect(await described).toMatchObject([{ displayName: name }]);
      else await expect(described).rejects.toThrow('Unrecognized node type');
    }
  }

  const wantedCredentials = new Set(names.flatMap(credentialsOf));
  for (const credential of new Set(packageNames.flatMap(credentialsOf))) {
    const schema = n8n.api.read(`credentials/schema/${credential}`);
    if (wantedCredentials.has(credential)) expect(await schema).toHaveProperty('properties');
    else await expect(schema).rejects.toThrow('404');
  }
}

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

it('n8n installs all packages from the registry side by side, loads them, and removes one, or all in the load tests', async () => {
  const installed: Installed[] = [];
  for (const name of packageNames) {
    const added = await install(name);
    expect(added.installedVersion).toMatch(/^\d+\.\d+\.\d+/);
    for (const node of added.installedNodes) expect(node.name).toMatch(/^Pipewright /);
    const services = new Set(added.installedNodes.map(({ type }) => withoutKind(type)));
    expect([...services].sort()).toEqual(servicesOf(name).sort());
    installed.push(added);
  }
  await expectLoaded(packageNames, installed);
  const [first, ...others] = packageNames;
  if (first) await remove(first);
  await expectLoaded(others, installed);
  if (!isThorough) return;
  for (const name of others) await remove(name);
  await expectLoaded([], installed);
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
