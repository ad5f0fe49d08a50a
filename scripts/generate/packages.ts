import { services } from '../../shared/src/catalog.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { sqlTable } from '../../shared/src/catalog/sql-table.ts';

/** An n8n package: its services, and their description and keywords for package.json. */
export interface N8nPackage {
  services: readonly Service[];
  description: string;
  keywords: readonly string[];
  /** Whether it follows the rules for n8n Cloud: no Node modules, environment variables or console. */
  strict: boolean;
  /** Environment variable with the folder for files that outlive an execution. Only in a package that is not strict. */
  folderVariable?: string;
}

/** Name of an n8n package without the prefix `n8n-nodes-`, and its folder in n8n-nodes/. */
export type PackageName = 'pipewright' | 'pipewright-sql';

/**
 * The n8n packages with their services. A new entry becomes a new package on `npm run build`: its folder, package.json,
 * LICENSE, README.md, nodes and credentials are generated. Then add the folder to `workspaces` in package.json and
 * run `npm install`.
 */
export const packages: Record<PackageName, N8nPackage> = {
  pipewright: {
    services: services.filter(({ key, missing }) => missing?.n8n === undefined && key !== sqlTable.key),
    description:
      'Run data pipelines and react to them in n8n: Quantemplate, dbt, Azure Data Factory, Synapse, Databricks, Event Grid, Mode and Slack',
    keywords: [
      'quantemplate',
      'dbt',
      'azure',
      'data-factory',
      'synapse',
      'databricks',
      'event-grid',
      'mode',
      'slack',
      'pipeline',
      'dataset',
      'csv',
    ],
    strict: true,
  },
  'pipewright-sql': {
    services: [sqlTable],
    description: 'Load datasets into SQL tables in self-hosted n8n, atomically: all rows or none',
    keywords: ['sql', 'postgresql', 'mysql', 'mariadb', 'sqlite', 'sql-server', 'azure-sql', 'csv', 'dataset'],
    strict: false,
    folderVariable: 'PIPEWRIGHT_SQLITE_FOLDER',
  },
};
