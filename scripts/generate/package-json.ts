import type { N8nPackage } from './packages.ts';

const repository = 'https://github.com/pipewright/pipewright';

/** The page of a file or folder of the repository. @param path from its root */
export function pageOf(path: string): string {
  return `${repository}/${path.endsWith('.md') ? 'blob' : 'tree'}/main/${path}`;
}

/**
 * The package.json of an n8n package, not yet formatted.
 * @param classes class names of its nodes and credentials
 */
export function writePackageJson(
  name: string,
  version: string,
  { description, keywords, strict }: N8nPackage,
  classes: { nodes: readonly string[]; credentials: readonly string[] },
): string {
  return JSON.stringify({
    name: `n8n-nodes-${name}`,
    version,
    description,
    keywords: ['n8n-community-node-package', ...keywords],
    license: 'MIT',
    homepage: `${pageOf(`n8n-nodes/${name}`)}#readme`,
    bugs: { url: `${repository}/issues` },
    author: { name: 'Pipewright contributors', email: 'pipewright@users.noreply.github.com' },
    repository: { type: 'git', url: `${repository}.git` },
    files: ['dist', 'THIRD-PARTY-NOTICES', 'sbom.cdx.json'],
    scripts: { build: 'node ../build-package.mjs .' },
    n8n: {
      n8nNodesApiVersion: 1,
      ...(strict ? { strict } : {}),
      credentials: classes.credentials.map((credential) => `dist/credentials/${credential}.credentials.js`),
      nodes: classes.nodes.map((node) => `dist/nodes/${node}/${node}.node.js`),
    },
    devDependencies: { '@pipewright/shared': '*' },
    peerDependencies: { 'n8n-workflow': '*' },
  });
}
