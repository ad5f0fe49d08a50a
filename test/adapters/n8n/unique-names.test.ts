import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageNames, packages } from '../../../scripts/generate/packages.ts';
import { services } from '../../../shared/src/catalog.ts';
import { projectRoot } from '../../support/machine/paths.ts';
import { installN8n, n8nRequire } from '../../support/machine/n8n.ts';
import { installedPackages } from './build-package.ts';
import { readPackage, type PackageContent } from './read-package.ts';

let contents: PackageContent[];
/** The display names of n8n's own nodes and credentials. */
let own: { nodes: string[]; credentials: string[] };

beforeAll(async () => {
  const { folder } = await installN8n(() => undefined);
  contents = (await installedPackages(folder)).map(readPackage);
  const types = join(dirname(n8nRequire(folder).resolve('n8n-nodes-base/package.json')), 'dist', 'types');
  const namesIn = (file: string): string[] =>
    (JSON.parse(readFileSync(join(types, file), 'utf8')) as { displayName: string }[]).map((type) => type.displayName);
  own = { nodes: namesIn('nodes.json'), credentials: namesIn('credentials.json') };
});

const nodes = () => contents.flatMap((content) => Object.values(content.nodes).map(({ description }) => description));
const credentials = () => contents.flatMap((content) => Object.values(content.credentials));
const repeated = (all: string[]): string[] => all.filter((one, index) => all.indexOf(one) !== index);

it('every service is in exactly one package', () => {
  const offered = Object.values(packages).flatMap((described) => described.services.map(({ key }) => key));
  const wanted = services.filter(({ missing }) => missing?.n8n === undefined).map(({ key }) => key);
  expect(offered.sort()).toEqual(wanted.sort());
});

it('no node type contains “tool”: n8n’s editor takes such a node for a tool of an AI agent, and adds a hint to its output', () => {
  const types = contents.flatMap((content, index) =>
    Object.keys(content.nodes).map((node) => `n8n-nodes-${packageNames[index]}.${node}`),
  );
  expect(types).toContain('n8n-nodes-pipewright-dbt.dbt');
  expect(types.filter((type) => /tool/i.test(type))).toEqual([]);
});

it("the project's README offers every package", () => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  for (const name of packageNames) expect(readme).toContain(`[\`n8n-nodes-${name}\`](n8n-nodes/${name}/README.md)`);
});

it('every credential type and every node name is in exactly one package', () => {
  expect(repeated(credentials().map(({ name }) => name))).toEqual([]);
  expect(repeated(nodes().map(({ name }) => name))).toEqual([]);
});

it('every node uses a credential of its own package', () => {
  for (const content of contents)
    for (const { description } of Object.values(content.nodes))
      for (const { name } of description.credentials ?? []) expect(Object.keys(content.credentials)).toContain(name);
});

it('no display name is used twice, also not by n8n itself', () => {
  expect(own.nodes.length).toBeGreaterThan(400);
  expect(own.credentials).toContain('Slack API');
  expect(repeated([...nodes().map(({ displayName }) => displayName), ...new Set(own.nodes)])).toEqual([]);
  expect(repeated([...credentials().map(({ displayName }) => displayName), ...new Set(own.credentials)])).toEqual([]);
});

it('every display name begins with Pipewright, and the name on the canvas does not', () => {
  for (const { displayName, defaults } of nodes()) expect(displayName).toBe(`Pipewright ${String(defaults.name)}`);
  for (const { displayName } of credentials()) expect(displayName).toMatch(/^Pipewright (?!Pipewright)/);
});

it('the node panel of n8n lists a trigger under the node of its service', () => {
  // n8n merges both if their names differ only in the word Trigger, and both display names contain it accordingly.
  const byName = new Map(nodes().map((description) => [description.name, description]));
  const triggers = [...byName.values()].filter(({ name }) => name.endsWith('Trigger') && !name.includes('Polling'));
  expect(triggers.length).toBeGreaterThan(8);
  for (const { name, displayName } of triggers) {
    expect(displayName).toMatch(/ Trigger$/);
    const action = byName.get(name.replace('Trigger', ''));
    if (action) expect(displayName).toBe(`${action.displayName} Trigger`);
  }
});
