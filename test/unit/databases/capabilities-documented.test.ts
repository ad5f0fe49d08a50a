import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilityLabels, reasonAgainst, type Capabilities } from '../../../shared/src/databases/capabilities.ts';
import { mysqlCapabilities } from '../../../shared/src/databases/mysql/mysql-capabilities.ts';
import { postgresCapabilities } from '../../../shared/src/databases/postgres/postgres-capabilities.ts';
import { sqlServerCapabilities } from '../../../shared/src/databases/sql-server/sql-server-capabilities.ts';
import { sqliteCapabilities } from '../../../shared/src/databases/sqlite/sqlite-capabilities.ts';

const engines: [name: string, capabilities: Capabilities][] = [
  ['PostgreSQL', postgresCapabilities],
  ['MySQL, MariaDB', mysqlCapabilities],
  ['SQL Server, Azure SQL', sqlServerCapabilities],
  ['SQLite', sqliteCapabilities],
];

/** A row of the table for one capability: `yes`, or the reason why not. */
function rowOf([key, label]: [string, string]): string {
  const cells = engines.map(([, capabilities]) => {
    const reason = reasonAgainst(capabilities[key as keyof Capabilities]);
    return reason === undefined ? 'yes' : `no: ${reason}`;
  });
  return `| ${[label, ...cells].join(' | ')} |`;
}

it('docs/datasets.md has a table of the capabilities of every database', () => {
  const table = [
    `| | ${engines.map(([name]) => name).join(' | ')} |`,
    `|---|${engines.map(() => '---|').join('')}`,
    ...Object.entries(capabilityLabels).map(rowOf),
  ].join('\n');
  expect(readFileSync(join(__dirname, '..', '..', '..', 'docs', 'datasets.md'), 'utf8')).toContain(table);
});
