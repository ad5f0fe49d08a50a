import { dataset } from '../../shared/src/catalog/dataset.ts';
import { sqlTable } from '../../shared/src/catalog/sql-table.ts';
import type { Service } from '../../shared/src/define/service.ts';
import { dataFactory } from '../../shared/src/services/azure/data-factory/service.ts';
import { azureMonitor } from '../../shared/src/services/azure/monitor/service.ts';
import { synapse } from '../../shared/src/services/azure/synapse/service.ts';
import { webhookActivity } from '../../shared/src/services/azure/webhook-activity/service.ts';
import { databricks } from '../../shared/src/services/databricks/service.ts';
import { dbt } from '../../shared/src/services/dbt/service.ts';
import { eventGrid } from '../../shared/src/services/event-grid/service.ts';
import { fabric } from '../../shared/src/services/fabric/service.ts';
import { mode } from '../../shared/src/services/mode/service.ts';
import { powerBi } from '../../shared/src/services/power-bi/service.ts';
import { quantemplate } from '../../shared/src/services/quantemplate/service.ts';
import { restJob } from '../../shared/src/services/rest-job/service.ts';
import { signedWebhook } from '../../shared/src/services/signed-webhook/service.ts';
import { slack } from '../../shared/src/services/slack/service.ts';
import { tableau } from '../../shared/src/services/tableau/service.ts';

/** An n8n package: its services, and their description and keywords for package.json. */
export interface N8nPackage {
  services: readonly Service[];
  description: string;
  keywords: readonly string[];
  /** Whether it follows the rules for n8n Cloud: no Node modules, environment variables or console. */
  strict: boolean;
  /** Why n8n does not verify the package, in one sentence; without verification n8n Cloud does not offer it. */
  unverifiable?: string;
  /** Environment variable with the folder for files that outlive an execution. Only in a package that is not strict. */
  folderVariable?: string;
}

/** Name of an n8n package without the prefix `n8n-nodes-`, and its folder in n8n-nodes/. */
export type PackageName =
  `pipewright-${'quantemplate' | 'dbt' | 'mode' | 'power-bi' | 'tableau' | 'fabric' | 'azure' | 'extras' | 'sql'}`;

/**
 * The n8n packages with their services. n8n verifies packages that integrate one vendor, so every vendor without a built-in
 * node has its own. A credential type must be in one package only: n8n would use the definition of the package that it loads
 * last. A new entry becomes a new package on `npm run build`: its folder, package.json, LICENSE, README.md, nodes and
 * credentials are generated. Then run `npm install`, which links the new folder.
 */
export const packages: Record<PackageName, N8nPackage> = {
  'pipewright-quantemplate': {
    services: [quantemplate],
    description: 'Run Quantemplate pipelines, react to updated datasets, and download and upload datasets in n8n',
    keywords: ['quantemplate', 'insurance', 'pipeline', 'dataset', 'csv', 'excel'],
    strict: true,
  },
  'pipewright-dbt': {
    services: [dbt],
    description: 'Run dbt jobs, react to their runs, see which step failed and download artifacts in n8n',
    keywords: ['dbt', 'dbt-cloud', 'analytics-engineering', 'job', 'artifacts'],
    strict: true,
  },
  'pipewright-mode': {
    services: [mode],
    description: 'Run Mode reports with parameters, react to their runs and download results in n8n',
    keywords: ['mode', 'mode-analytics', 'report', 'business-intelligence', 'csv'],
    strict: true,
  },
  'pipewright-power-bi': {
    services: [powerBi],
    description:
      'Refresh Power BI semantic models or single tables, wait for them and react to finished refreshes in n8n',
    keywords: ['power-bi', 'powerbi', 'semantic-model', 'dataset', 'refresh', 'business-intelligence', 'microsoft'],
    strict: true,
  },
  'pipewright-tableau': {
    services: [tableau],
    description:
      'Refresh Tableau workbooks and data sources, run flows, wait for them and react to finished jobs in n8n',
    keywords: ['tableau', 'workbook', 'data-source', 'extract', 'refresh', 'flow', 'business-intelligence'],
    strict: true,
  },
  'pipewright-fabric': {
    services: [fabric],
    description:
      'Run Microsoft Fabric pipelines, notebooks and Spark jobs, wait for them and react to finished runs in n8n',
    keywords: ['fabric', 'microsoft-fabric', 'pipeline', 'notebook', 'spark', 'lakehouse', 'data-factory', 'microsoft'],
    strict: true,
  },
  'pipewright-azure': {
    services: [dataFactory, synapse, azureMonitor, webhookActivity, eventGrid],
    description:
      'Run Azure Data Factory and Synapse pipelines and Spark jobs, and react to Azure Monitor, Event Grid and WebHook activities in n8n',
    keywords: [
      'azure',
      'data-factory',
      'synapse',
      'spark',
      'event-grid',
      'azure-monitor',
      'blob-storage',
      'pipeline',
      'microsoft',
    ],
    strict: true,
  },
  'pipewright-extras': {
    services: [slack, databricks, restJob, signedWebhook, dataset],
    description:
      'Slack run cards, Databricks jobs, jobs of any tool with a REST API, signed webhooks from any sender, and checks of CSV, Excel and JSON datasets in n8n',
    keywords: [
      'slack',
      'databricks',
      'rest',
      'airflow',
      'airbyte',
      'prefect',
      'webhook',
      'signature',
      'hmac',
      'standard-webhooks',
      'dataset',
      'csv',
      'excel',
    ],
    strict: true,
    unverifiable:
      'n8n verifies only packages that integrate one service and do not repeat a built-in node, so this package is for self-hosted n8n.',
  },
  'pipewright-sql': {
    services: [sqlTable],
    description:
      'Load datasets into SQL tables in self-hosted n8n, all rows or none, and export tables and queries as files',
    keywords: ['sql', 'postgresql', 'mysql', 'mariadb', 'sqlite', 'sql-server', 'azure-sql', 'csv', 'excel', 'dataset'],
    strict: false,
    unverifiable:
      'n8n Cloud does not allow database connections in community nodes, so this package is for self-hosted n8n.',
    folderVariable: 'PIPEWRIGHT_SQLITE_FOLDER',
  },
};

/** The names of all packages. */
export const packageNames = Object.keys(packages) as PackageName[];
