import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { nodeRequire } from '../../support/machine/main-realm.ts';

/** The nodes and credentials of a built package. */
export interface PackageContent {
  name: string;
  /** By node name: `dataFactory`. */
  nodes: Record<string, INodeType>;
  /** By credential type: `pipewrightAzureApi`. */
  credentials: Record<string, ICredentialType>;
}

/**
 * Reads the nodes and credentials from a built package, as n8n does: each registered file exports a class with its name.
 * Descriptions, forms and lists are in `nodes.<name>.description` and `nodes.<name>.methods`.
 * @param folder the folder with package.json and dist; n8n-workflow must be resolvable from there
 */
export function readPackage(folder: string): PackageContent {
  const require = nodeRequire(join(folder, 'package.json'));
  const { name, n8n } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    n8n: { nodes: string[]; credentials: string[] };
  };
  const load = <T>(path: string): T => {
    const module = require(join(folder, path)) as Record<string, new () => T>;
    const made = module[basename(path).split('.')[0] as string];
    if (!made) throw new Error(`${path} holds no class of its name.`);
    return new made();
  };
  const nodes = n8n.nodes.map((path) => load<INodeType>(path));
  const credentials = n8n.credentials.map((path) => load<ICredentialType>(path));
  return {
    name,
    nodes: Object.fromEntries(nodes.map((node) => [node.description.name, node])),
    credentials: Object.fromEntries(credentials.map((credential) => [credential.name, credential])),
  };
}
