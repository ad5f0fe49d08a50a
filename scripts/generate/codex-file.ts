import { kebabCase, listingOf } from './names.ts';
import type { NodeKind, NodeToGenerate } from './node-file.ts';

const reference = 'https://github.com/pipewright/pipewright/blob/main/docs/reference';
const kindAliases: Record<NodeKind, readonly string[]> = {
  action: [],
  webhook: ['trigger', 'event'],
  polling: ['trigger', 'event', 'polling'],
};

/**
 * The codex file of a node, which n8n's node panel searches, not yet formatted.
 * https://docs.n8n.io/integrations/creating-nodes/build/reference/node-codex-files/
 */
export function writeCodex(packageName: string, { kind, name, service }: NodeToGenerate): string {
  const { categories, aliases } = listingOf(service);
  return JSON.stringify({
    node: `n8n-nodes-${packageName}.${name}`,
    nodeVersion: '1.0',
    codexVersion: '1.0',
    categories,
    alias: [...aliases, ...kindAliases[kind]],
    resources: {
      credentialDocumentation: [{ url: service.connection.documentationUrl }],
      primaryDocumentation: [{ url: `${reference}/${kebabCase(service.key)}.md` }],
    },
  });
}
