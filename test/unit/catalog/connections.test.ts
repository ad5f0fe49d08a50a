import { join } from 'node:path';
import { n8nPackageFiles } from '../../../scripts/generate/n8n-packages.ts';
import { packages } from '../../../scripts/generate/packages.ts';
import { dataset } from '../../../shared/src/catalog/dataset.ts';
import { sqlTable } from '../../../shared/src/catalog/sql-table.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';

const files = n8nPackageFiles(join(__dirname, '..', '..', '..'));
const names = Object.keys(packages);

/** The credential types that a package defines. */
function defined(name: string): string[] {
  const manifest = JSON.parse(files.get(`n8n-nodes/${name}/package.json`) ?? '{}') as {
    n8n: { credentials: string[] };
  };
  return manifest.n8n.credentials.map((path) => /(\w+)\.credentials\.js$/.exec(path)?.[1] ?? path);
}

/** The credential types that the nodes of a package use, by node. */
function used(name: string): [node: string, types: string[]][] {
  return [...files]
    .filter(([path]) => path.startsWith(`n8n-nodes/${name}/nodes/`) && path.endsWith('.node.ts'))
    .map(([path, text]) => {
      const list = /credentials: \[([^\]]*)\]/.exec(text)?.[1] ?? '';
      return [
        /(\w+)\.node\.ts$/.exec(path)?.[1] ?? path,
        [...list.matchAll(/name: ["'](\w)(\w+)["']/g)].map(
          ([, first = '', rest = '']) => `${first.toUpperCase()}${rest}`,
        ),
      ];
    });
}

describe('the credential types of the n8n packages', () => {
  it('are each defined in exactly one package', () => {
    const all = names.flatMap(defined);
    expect(all.length).toBeGreaterThan(5);
    expect([...new Set(all)]).toEqual(all);
  });

  it.each(names)('include every one that the nodes of n8n-nodes-%s use, and no others', (name) => {
    const nodes = used(name);
    expect(nodes.length).toBeGreaterThan(0);
    expect([...new Set(nodes.flatMap(([, types]) => types))].sort()).toEqual(defined(name).sort());
  });

  it('are at most one for each node', () => {
    expect(names.flatMap(used).filter(([, types]) => types.length > 1)).toEqual([]);
  });
});

describe('Dataset and SQL Table', () => {
  it('use no credential in n8n but that of the database', () => {
    const nodes = new Map(names.flatMap(used));
    expect(nodes.get('Dataset')).toEqual([]);
    expect(nodes.get('SqlTable')).toEqual(['PipewrightSqlApi']);
  });

  it('have no fields in the connection of Zapier but those of the database', () => {
    const keysOf = (...services: Service[]): string[] =>
      (zapierApp(services).authentication?.fields ?? []).map(({ key }) => key ?? '');
    expect(keysOf(dataset)).toEqual([]);
    expect(keysOf(dataset, sqlTable).filter((key) => key !== 'sql' && !key.startsWith('sql_'))).toEqual([]);
  });

  it('read a file or a URL, and nothing of another service', () => {
    for (const { input } of [...dataset.operations, ...sqlTable.operations].filter(({ input }) => input['source']))
      expect(Object.keys(input).slice(0, 3)).toEqual(['source', 'file', 'url']);
    for (const { operations } of [dataset, sqlTable])
      for (const { input } of operations)
        expect(Object.keys(input).filter((name) => /Download/.test(name))).toEqual([]);
  });
});
