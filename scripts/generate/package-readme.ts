import { logsIn, type Connection } from '../../shared/src/define/connection.ts';
import { describeField } from '../../shared/src/define/fields.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { connectionsOf } from './names.ts';
import { replaceBetween } from './replace-between.ts';

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
  const required = Object.values(fields)
    .map(describeField)
    .filter((field) => field.required)
    .map(({ label }) => label);
  return `| ${name} | ${description} | ${required.join(', ')} |`;
}

/** A README with its tables of operations and credentials, generated from the definitions of its services. */
export function withTables(readme: string, services: readonly Service[]): string {
  const credentials = [
    '| Credential | Description | Required fields |',
    '|---|---|---|',
    ...connectionsOf(services).filter(logsIn).map(credentialRow),
  ].join('\n');
  const operations = services.map(operationsTable).join('\n\n');
  return replaceBetween(replaceBetween(readme, 'operations', operations), 'credentials', credentials);
}

/** The README of a new package. Its tables are generated; its usage section is then written by hand. */
export function newReadme(name: string, description: string): string {
  return `# n8n-nodes-${name}

${description}.

[n8n](https://n8n.io/) is a [fair-code licensed](https://docs.n8n.io/sustainable-use-license/) workflow automation platform.

## Installation

In n8n, open **Settings → Community nodes → Install** and enter \`n8n-nodes-${name}\`. See [n8n's installation guide](https://docs.n8n.io/integrations/community-nodes/installation/). The package has no runtime dependencies.

## Operations

<!-- operations -->

<!-- end of operations -->

## Authentication

<!-- credentials -->

<!-- end of credentials -->

The form of each credential shows where to find its values. n8n tests the credential when you save it.

## Resources

- [Documentation and source](https://github.com/pipewright/pipewright)
- [Community nodes in n8n](https://docs.n8n.io/integrations/#community-nodes)

MIT
`;
}
