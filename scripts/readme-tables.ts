import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../shared/src/catalog.ts';
import { logsIn, type Connection } from '../shared/src/define/connection.ts';
import { describeField } from '../shared/src/define/fields.ts';
import type { Service } from '../shared/src/define/service.ts';
import { sqlTable } from '../shared/src/catalog/sql-table.ts';

/** The n8n packages with the services that each offers, in the order in which they are told. */
export const packages: Record<'pipewright' | 'pipewright-sql', readonly Service[]> = {
  pipewright: services.filter(({ key, missing }) => missing?.n8n === undefined && key !== sqlTable.key),
  'pipewright-sql': [sqlTable],
};

function operationsOf({ name, triggers, operations }: Service): string {
  const rows = [...triggers, ...operations].map((described) => `| ${described.name} | ${described.description} |`);
  return [
    `### ${name}`,
    '',
    `| ${triggers.length > 0 ? 'event or operation' : 'operation'} | what it does |`,
    '|---|---|',
    ...rows,
  ].join('\n');
}

function credentialOf({ name, description, fields }: Connection): string {
  const required = Object.values(fields)
    .map(describeField)
    .filter((field) => field.required)
    .map(({ label }) => label);
  return `| ${name} | ${description}${required.length > 0 ? ` Fields: ${required.join(', ')}.` : ''} |`;
}

function replaceBetween(text: string, mark: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${mark} -->\n)[^]*(<!-- end of ${mark} -->)`);
  if (!pattern.test(text)) throw new Error(`The README has no place for ${mark}.`);
  return text.replace(pattern, (_all, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}

/** A README with its tables of operations and credentials as the core has them. */
export function withTables(readme: string, offered: readonly Service[]): string {
  const connections = offered.flatMap(({ connection, furtherConnections = [] }) => [
    connection,
    ...furtherConnections.map((further) => further.connection),
  ]);
  const credentials = [
    '| credential | what it needs |',
    '|---|---|',
    ...[...new Set(connections)].filter(logsIn).map(credentialOf),
  ].join('\n');
  return replaceBetween(
    replaceBetween(readme, 'operations', offered.map(operationsOf).join('\n\n')),
    'credentials',
    credentials,
  );
}

/** `node scripts/readme-tables.ts` writes the tables into the READMEs of the packages. */
if (process.argv[1]?.endsWith('readme-tables.ts')) {
  for (const [name, offered] of Object.entries(packages)) {
    const path = join(import.meta.dirname, '..', 'n8n-nodes', name, 'README.md');
    writeFileSync(path, withTables(readFileSync(path, 'utf8'), offered));
  }
}
