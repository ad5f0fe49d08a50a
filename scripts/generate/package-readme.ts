import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { connectionsOf, displayNameOf } from './names.ts';
import { pageOf } from './package-json.ts';
import type { N8nPackage } from './packages.ts';
import { replaceBetween } from './replace-between.ts';
import { requiredLabels } from './required-labels.ts';

function operationsTable({ name, triggers, operations }: Service): string {
  const rows = [...triggers, ...operations].map((described) => `| ${described.name} | ${described.description} |`);
  return [
    `### ${name}`,
    '',
    `| ${triggers.length > 0 ? 'Trigger or operation' : 'Operation'} | Description |`,
    '|---|---|',
    ...rows,
  ].join('\n');
}

function credentialRow({ name, description, fields }: Connection): string {
  return `| ${displayNameOf(name)} | ${description} | ${requiredLabels(fields).join(', ')} |`;
}

/** How to install a package. @param name without the prefix `n8n-nodes-` */
function installation(name: string, { unverifiable }: N8nPackage): string {
  const cloud = unverifiable ?? 'n8n Cloud offers it as soon as n8n has verified it.';
  return `In n8n, open **Settings → Community nodes → Install** and enter \`n8n-nodes-${name}\`. ${cloud} If your n8n does not install unverified packages, see [Operating n8n](${pageOf('docs/operating-n8n.md')}). The package has no runtime dependencies.`;
}

/** A README with the parts that are generated: installation, operations and credentials. */
export function withGeneratedParts(readme: string, name: string, described: N8nPackage): string {
  const parts = {
    installation: installation(name, described),
    operations: described.services.map(operationsTable).join('\n\n'),
    credentials: [
      '| Credential | Description | Required fields |',
      '|---|---|---|',
      ...connectionsOf(described.services).filter(logsIn).map(credentialRow),
    ].join('\n'),
  };
  return Object.entries(parts).reduce((text, [part, content]) => replaceBetween(text, part, content), readme);
}

/** The README of a new package. Usage and example workflow are then written by hand. */
export function newReadme(name: string, description: string): string {
  return `# n8n-nodes-${name}

${description}.

[n8n](https://n8n.io/) is a [fair-code licensed](https://docs.n8n.io/sustainable-use-license/) workflow automation platform.

## Installation

<!-- installation -->

<!-- end of installation -->

## Operations

<!-- operations -->

<!-- end of operations -->

## Usage

## Authentication

<!-- credentials -->

<!-- end of credentials -->

The form of each credential shows where to find its values. n8n tests the credential when you save it.

## Example workflow

## Resources

- [Documentation and source](https://github.com/pipewright/pipewright)
- [Community nodes in n8n](https://docs.n8n.io/integrations/#community-nodes)

MIT
`;
}
