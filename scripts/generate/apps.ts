import { services } from '../../shared/src/catalog.ts';
import type { Service } from '../../shared/src/define/service.ts';

/** A Zapier app: its services, and what to enter when it is registered. */
export interface ZapierAppEntry {
  services: readonly Service[];
  /** The name that people search for. Zapier's own apps have names such as Slack, so the names of these apps differ. */
  title: string;
  /** What the app does, in one sentence of at most 140 characters, which is Zapier's limit. */
  description: string;
  /** Its version, independent of the other apps: Zapier demands a new major version when a key or a login changes. */
  version: string;
}

/** Folder of a Zapier app in zapier-app/apps/. */
export type AppName =
  | 'quantemplate'
  | 'dbt'
  | 'mode'
  | 'power-bi'
  | 'tableau'
  | 'fabric'
  | 'azure'
  | 'databricks'
  | 'rest-jobs'
  | 'slack'
  | 'signed-webhooks'
  | 'datasets'
  | 'pipewright';

const offered = services.filter(({ missing }) => missing?.zapier === undefined);
const named = (...keys: string[]): Service[] =>
  keys.map((key) => {
    const service = offered.find((candidate) => candidate.key === key);
    if (!service) throw new Error(`shared/src/catalog.ts has no service ${key} for Zapier.`);
    return service;
  });

/**
 * The Zapier apps with their services. A new entry becomes a new app on `npm run build`: its folder, package.json,
 * .gitignore, README.md and entry point are generated.
 */
export const apps: Record<AppName, ZapierAppEntry> = {
  quantemplate: {
    services: named('quantemplate'),
    title: 'Quantemplate (Pipewright)',
    description:
      'Start Zaps when datasets are updated, run pipelines, and download or upload datasets in Quantemplate.',
    version: '0.1.0',
  },
  dbt: {
    services: named('dbt'),
    title: 'dbt (Pipewright)',
    description: 'Start Zaps when dbt jobs finish, run jobs, see which step failed, and download artifacts.',
    version: '0.1.0',
  },
  mode: {
    services: named('mode'),
    title: 'Mode (Pipewright)',
    description: 'Run Mode reports, wait for them to finish and download their results.',
    version: '0.1.0',
  },
  'power-bi': {
    services: named('powerBi'),
    title: 'Power BI (Pipewright)',
    description: 'Refresh Power BI semantic models or single tables, and start Zaps when refreshes finish.',
    version: '0.1.0',
  },
  tableau: {
    services: named('tableau'),
    title: 'Tableau (Pipewright)',
    description: 'Refresh Tableau workbooks and data sources, run flows, and start Zaps when jobs finish.',
    version: '0.1.0',
  },
  fabric: {
    services: named('fabric'),
    title: 'Microsoft Fabric (Pipewright)',
    description: 'Run Microsoft Fabric pipelines, notebooks and Spark jobs, and start Zaps when runs finish.',
    version: '0.1.0',
  },
  azure: {
    services: named('dataFactory', 'synapse', 'azureMonitor', 'webhookActivity', 'eventGrid'),
    title: 'Azure (Pipewright)',
    description:
      'Run Data Factory and Synapse pipelines, and start Zaps on finished runs, alerts, approvals and new files.',
    version: '0.1.0',
  },
  databricks: {
    services: named('databricks'),
    title: 'Databricks (Pipewright)',
    description: 'Run Databricks jobs and notebooks, start Zaps when jobs finish, and download files from volumes.',
    version: '0.1.0',
  },
  'rest-jobs': {
    services: named('restJob'),
    title: 'REST Jobs (Pipewright)',
    description:
      'Run jobs of any tool with a REST API, such as Airflow, Airbyte or Prefect, and wait for them to finish.',
    version: '0.1.0',
  },
  slack: {
    services: named('slack'),
    title: 'Slack (Pipewright)',
    description: 'Post the result of data pipelines to Slack: messages, run cards, timelines and files.',
    version: '0.1.0',
  },
  'signed-webhooks': {
    services: named('signedWebhook'),
    title: 'Signed Webhooks (Pipewright)',
    description: 'Start Zaps on webhooks whose signature is verified; forged and repeated events start nothing.',
    version: '0.1.0',
  },
  datasets: {
    services: named('dataset', 'sqlTable'),
    title: 'Datasets (Pipewright)',
    description:
      'Read and check CSV, Excel and JSON datasets, load them into SQL tables, and export tables and queries as files.',
    version: '0.1.0',
  },
  pipewright: {
    services: offered,
    title: 'Pipewright',
    description:
      'Quantemplate, dbt, Mode, Power BI, Tableau, Fabric, Azure, Databricks, REST jobs, Slack, datasets and SQL tables in one private app.',
    version: '0.1.0',
  },
};

/** The folders of all apps, from the root of the repository. */
export const appFolders: readonly string[] = Object.keys(apps).map((name) => `zapier-app/apps/${name}`);
