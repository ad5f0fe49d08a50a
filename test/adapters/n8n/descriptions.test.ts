import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { INodeProperties, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { withGeneratedParts } from '../../../scripts/generate/package-readme.ts';
import { packages, type N8nPackage, type PackageName } from '../../../scripts/generate/packages.ts';
import { logsIn } from '../../../shared/src/define/connection.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import { wordingFor } from '../../../shared/src/host/wording.ts';
import type { Trigger } from '../../../shared/src/define/trigger.ts';
import { installN8n } from '../../support/machine/n8n.ts';
import { installedPackages, sourceFolder } from './build-package.ts';
import { readPackage, type PackageContent } from './read-package.ts';

/** All properties, including those inside collections and rows. */
function allProperties(properties: readonly INodeProperties[]): INodeProperties[] {
  return properties.flatMap((property) => [
    property,
    ...allProperties(
      (property.options ?? []).flatMap((option) =>
        'type' in option ? [option] : 'values' in option ? option.values : [],
      ),
    ),
  ]);
}

/** The trigger nodes of a service: n8n polls for every event of a polling node, so webhook triggers get their own node. */
function triggerNodes({ key, triggers }: Pick<Service, 'key' | 'triggers'>): [string, Trigger[]][] {
  const called = triggers.filter(({ how }) => how === 'webhook');
  const asking = triggers.filter(({ how }) => how === 'polling');
  const nodes: [string, Trigger[]][] =
    called.length > 0
      ? [
          [`${key}Trigger`, called],
          [`${key}PollingTrigger`, asking],
        ]
      : [[`${key}Trigger`, asking]];
  return nodes.filter(([, own]) => own.length > 0);
}

describe.each(Object.entries(packages) as [PackageName, N8nPackage][])('n8n-nodes-%s', (name, described) => {
  const { services: ownServices } = described;
  let folder: string;
  let content: PackageContent;

  beforeAll(async () => {
    [folder = ''] = await installedPackages((await installN8n(() => undefined)).folder, [name]);
    content = readPackage(folder);
  });

  const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(folder, path), 'utf8')) as T;

  it('calls a mode of a list id only if n8n may show it as “By ID”', () => {
    const modes = Object.values(content.nodes).flatMap(({ description }) =>
      allProperties(description.properties).flatMap((property) => property.modes ?? []),
    );
    expect(modes.filter((mode) => (mode.name === 'id') !== (mode.displayName === 'By ID'))).toEqual([]);
  });

  const nodeOf = (key: string): INodeType => {
    const found = content.nodes[key];
    if (!found) throw new Error(`There is no node ${key}.`);
    return found;
  };

  it('has one node per service, trigger nodes for its events, and no others', () => {
    const expected = ownServices.flatMap(({ key, operations, triggers }) => [
      ...(operations.length > 0 ? [key] : []),
      ...triggerNodes({ key, triggers }).map(([node]) => node),
    ]);
    expect(Object.keys(content.nodes).sort()).toEqual(expected.sort());
  });

  const withOperations = ownServices.filter(({ operations }) => operations.length > 0);

  it.each(withOperations.map((service) => [service.name, service] as const))(
    'describes %s as the core defines it',
    (_name, service) => {
      const { description, methods } = nodeOf(service.key);
      expect(description).toMatchObject({
        displayName: `Pipewright ${service.name}`,
        name: service.key,
        description: service.description.replace(/\.$/, ''),
        defaults: { name: service.name },
        usableAsTool: true,
      });
      const connections = [service.connection].filter(logsIn);
      expect(description.credentials?.map(({ name: type }) => content.credentials[type]?.displayName)).toEqual(
        connections.map((connection) => `Pipewright ${connection.name}`),
      );
      expect(connections.map(({ documentationUrl }) => documentationUrl)).toEqual(
        description.credentials?.map(({ name: type }) => content.credentials[type]?.documentationUrl),
      );
      expect(
        description.credentials?.every(
          ({ testedBy }) => typeof methods?.credentialTest?.[String(testedBy)] === 'function',
        ),
      ).toBe(true);
      const operations = allProperties(description.properties)
        .filter((property) => property.name === 'operation')
        .flatMap(({ options = [] }) => options);
      expect(operations.map((option) => ('value' in option ? option.value : '')).sort()).toEqual(
        service.operations.map(({ key }) => key).sort(),
      );
    },
  );

  it('has triggers for the events of its services, with setup directions where the user must subscribe manually', () => {
    for (const [node, triggers] of ownServices.flatMap(triggerNodes)) {
      const { description } = nodeOf(node);
      expect(description.version).toBeGreaterThan(1);
      expect(description.usableAsTool).toBeUndefined();
      expect(description.inputs).toEqual([]);
      const events = description.properties.find((property) => property.name === 'event');
      expect((events?.options ?? []).map((option) => option.name)).toEqual(
        triggers.length > 1 ? triggers.map((trigger) => trigger.name) : [],
      );
      expect(description.polling ?? false).toBe(triggers[0]?.how === 'polling');
      for (const trigger of triggers) {
        const notices = description.properties.filter(
          ({ type, displayOptions }) =>
            type === 'notice' && (displayOptions?.show?.['event'] ?? [trigger.key]).includes(trigger.key),
        );
        const [setup] =
          trigger.how === 'webhook' && !trigger.subscriber
            ? wordingFor(trigger.directions ?? '', 'n8n').split('\n')
            : [''];
        expect(notices.map(({ displayName }) => displayName).join()).toContain(setup);
        expect(notices.length).toBeLessThan(2);
      }
    }
  });

  it('documents installation, every operation and credential, usage and an example workflow in its README', async () => {
    const readme = await readFile(join(sourceFolder(name), 'README.md'), 'utf8');
    expect(readme).toBe(withGeneratedParts(readme, name, described));
    for (const section of ['Installation', 'Operations', 'Usage', 'Authentication', 'Example workflow'])
      expect(readme).toMatch(new RegExp(`\\n## ${section}\\n\\n[^#\\s]`));
    const templates = [...readme.matchAll(/n8n-nodes\/templates\/([\w-]+\.json)/g)].map(([, file = '']) => file);
    expect(templates.length).toBeGreaterThan(0);
    for (const file of templates)
      expect(await readFile(join(sourceFolder(name), '..', 'templates', file), 'utf8')).toContain(
        `"n8n-nodes-${name}.`,
      );
  });

  const forms = (): [string, INodeTypeDescription, INodeType][] =>
    Object.entries(content.nodes).map(([key, node]) => [key, node.description, node]);

  it('gives every property a default and every list a method', () => {
    for (const [key, { properties }, { methods }] of forms()) {
      for (const property of allProperties(properties)) {
        expect([key, property.name, property.default]).not.toContain(undefined);
        const { loadOptionsMethod } = property.typeOptions ?? {};
        if (loadOptionsMethod) expect(methods?.loadOptions).toHaveProperty(loadOptionsMethod);
        for (const { typeOptions } of property.modes ?? [])
          if (typeOptions?.searchListMethod) expect(methods?.listSearch).toHaveProperty(typeOptions.searchListMethod);
        if (property.type === 'boolean') expect(property.description).toMatch(/^Whether /);
      }
    }
  });

  it('has no option that n8n would read as an expression', () => {
    for (const [key, { properties }] of forms())
      for (const { name: property, options = [] } of allProperties(properties))
        for (const option of options)
          if ('value' in option) expect([key, property, option.value]).not.toContainEqual(expect.stringMatching(/^=/));
  });

  it('offers every operation as an action in the node panel', () => {
    for (const service of withOperations) {
      const { properties } = nodeOf(service.key).description;
      // The panel lists the operations of each option of Resource, and none if Resource has no options.
      const resources = properties.find((property) => property.name === 'resource')?.options ?? [];
      const actions = resources.flatMap((resource) =>
        properties
          .filter(
            ({ name: property, displayOptions }) =>
              property === 'operation' &&
              'value' in resource &&
              displayOptions?.show?.['resource']?.includes(resource.value),
          )
          .flatMap(({ options = [] }) => options.flatMap((option) => ('action' in option ? [option.action] : []))),
      );
      expect(actions).toHaveLength(service.operations.length);
    }
  });

  it('never shows two properties with the same name at once', () => {
    for (const service of withOperations) {
      const { description } = nodeOf(service.key);
      const resourceOf = allProperties(description.properties).filter((property) => property.name === 'operation');
      for (const operation of service.operations) {
        const resource = resourceOf.find(({ options = [] }) =>
          options.some((option) => 'value' in option && option.value === operation.key),
        )?.displayOptions?.show?.['resource']?.[0] as string;
        const node = { type: service.key, typeVersion: 1 } as never;
        const given = { resource, operation: operation.key };
        const values = {
          ...NodeHelpers.getNodeParameters(description.properties, given, true, false, node, description),
          ...given,
        };
        const shown = description.properties
          .filter((property) => NodeHelpers.displayParameter(values, property, node, description))
          .map((property) => property.name);
        expect(shown).toEqual([...new Set(shown)]);
        expect(shown.length).toBeGreaterThan(2);
      }
    }
  });

  it('masks secrets', () => {
    const secrets = Object.values(content.credentials).flatMap(({ properties }) =>
      properties.filter((property) => /secret|password|token/i.test(property.name)),
    );
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.every(({ typeOptions }) => typeOptions?.password === true)).toBe(true);
  });

  it('contains a light and a dark icon, and a codex file for every node', () => {
    const { nodes, credentials } = readJson<{ n8n: { nodes: string[]; credentials: string[] } }>('package.json').n8n;
    const icons = [
      ...Object.values(content.nodes).map(({ description }) => description.icon),
      ...Object.values(content.credentials).map(({ icon }) => icon),
    ];
    [...nodes, ...credentials].forEach((path, index) => {
      const icon = icons[index] as { light: string; dark: string };
      expect(icon.light).not.toBe(icon.dark);
      for (const address of [icon.light, icon.dark])
        expect(existsSync(join(folder, dirname(path), address.replace('file:', '')))).toBe(true);
    });
    nodes.forEach((path, index) => {
      const codex = readJson<{ node: string; categories: string[] }>(path.replace(/\.js$/, '.json'));
      expect(codex.node).toBe(`${content.name}.${Object.keys(content.nodes)[index]}`);
      expect(codex.categories.length).toBeGreaterThan(0);
    });
  });
});
