import { azureAccount } from './account.ts';
import type { PipelineDefinition } from './pipeline-definition.ts';

const copy = { name: 'Copy data', type: 'Copy' };

/** Pipelines of both the factory and the Synapse workspace, one per feature. */
const examplePipelines: PipelineDefinition[] = [
  {
    name: 'QT_fetch_data',
    description: 'Copies one Quantemplate dataset into the SQL database.',
    folder: 'Quantemplate',
    parameters: { DatasetID: { type: 'string' } },
    activities: [
      { name: 'Log in to Quantemplate', type: 'WebActivity' },
      { name: 'Copy dataset to SQL', type: 'Copy' },
    ],
  },
  {
    name: 'Run_KPI_notebook',
    description: 'Computes the key figures in Databricks.',
    folder: 'Reporting',
    parameters: {
      reportDate: { type: 'string', defaultValue: '2026-01-31' },
      regions: { type: 'array', defaultValue: ['EMEA', 'APAC'] },
      fullRefresh: { type: 'bool', defaultValue: false },
      topN: { type: 'int', defaultValue: 10 },
    },
    activities: [{ name: 'Run notebook', type: 'DatabricksNotebook' }],
  },
  {
    name: 'Nightly_load',
    description: 'Loads every source, one after the other.',
    folder: 'Nightly',
    parameters: { runDate: { type: 'string', defaultValue: '' } },
    activities: [
      { name: 'Look up sources', type: 'Lookup' },
      { name: 'Load sources', type: 'ExecutePipeline', runs: 'Load_sources' },
      { name: 'Tell the team', type: 'WebActivity' },
    ],
  },
  {
    name: 'Load_sources',
    description: 'The child of Nightly_load.',
    folder: 'Nightly',
    parameters: {},
    activities: [
      { name: 'Copy policies', type: 'Copy' },
      { name: 'Copy claims', type: 'Copy' },
    ],
  },
  {
    name: 'Broken_export',
    description: 'Fails in every run.',
    folder: 'Reporting',
    parameters: {},
    activities: [
      { name: 'Read table', type: 'Lookup' },
      { name: 'Write file', type: 'Copy', alwaysFails: "The container 'exports' does not exist." },
    ],
  },
];

/** A pipeline that calls a URL at the end of its runs, as in docs/pipelines. */
const callingPipeline: PipelineDefinition = {
  name: 'Load_and_call',
  description: 'Loads the sources and calls who waits for it.',
  folder: 'Nightly',
  parameters: { pipewrightCallbackUrl: { type: 'SecureString', defaultValue: '' } },
  activities: [copy],
  callsBack: 'pipewrightCallbackUrl',
};

/** A pipeline that waits at a WebHook activity. */
const askingPipeline: PipelineDefinition = {
  name: 'Ask_and_publish',
  description: 'Asks before the figures are published.',
  folder: 'Reporting',
  parameters: { askUrl: { type: 'string' } },
  activities: [copy, { name: 'Ask', type: 'WebHook' }],
  asks: 'askUrl',
};

/** Pipelines of the factory: more than one page. */
export const factoryPipelines: PipelineDefinition[] = [
  ...examplePipelines,
  ...Array.from({ length: 30 }, (_, index) => ({
    name: `Copy_source_${String(index + 1).padStart(2, '0')}`,
    folder: 'Sources',
    parameters: {},
    activities: [copy],
  })),
  callingPipeline,
  askingPipeline,
];

/** Pipelines of the Synapse workspace. */
export const workspacePipelines: PipelineDefinition[] = [
  ...examplePipelines.slice(0, 4),
  {
    name: 'Spark_transform',
    folder: 'Spark',
    parameters: { inputPath: { type: 'string' } },
    activities: [{ name: 'Transform', type: 'SynapseNotebook' }],
  },
  ...Array.from({ length: 25 }, (_, index) => ({
    name: `Synapse_copy_${String(index + 1).padStart(2, '0')}`,
    parameters: {},
    activities: [copy],
  })),
  callingPipeline,
  askingPipeline,
];

/** A trigger of the sandbox. */
export interface TriggerDefinition {
  name: string;
  type: string;
  pipelines: string[];
  started: boolean;
  /** Milliseconds that a start or stop takes, after a 202 with a URL to poll; 0 responds with 200 immediately. */
  switchMilliseconds: number;
  typeProperties: Record<string, unknown>;
}

/** Triggers of the factory and of the workspace. */
export const triggers: TriggerDefinition[] = [
  {
    name: 'Every morning',
    type: 'ScheduleTrigger',
    pipelines: ['Nightly_load'],
    started: true,
    switchMilliseconds: 0,
    typeProperties: {
      recurrence: { frequency: 'Day', interval: 1, startTime: '2026-01-01T05:00:00Z', timeZone: 'UTC' },
    },
  },
  {
    name: 'When a file arrives',
    type: 'BlobEventsTrigger',
    pipelines: ['QT_fetch_data'],
    started: false,
    switchMilliseconds: 600,
    typeProperties: {
      blobPathBeginsWith: '/landing/blobs/',
      ignoreEmptyBlobs: true,
      events: ['Microsoft.Storage.BlobCreated'],
    },
  },
  {
    name: 'Hourly window',
    type: 'TumblingWindowTrigger',
    pipelines: ['Run_KPI_notebook'],
    started: false,
    switchMilliseconds: 300,
    typeProperties: { frequency: 'Hour', interval: 1, startTime: '2026-01-01T00:00:00Z', maxConcurrency: 1 },
  },
];

const { subscriptionId, resourceGroup, factory, workspace } = azureAccount;

/** Resource ID of the resource group. */
export const groupPath = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
/** Resource ID of the factory. */
export const factoryPath = `${groupPath}/providers/Microsoft.DataFactory/factories/${factory}`;
/** Resource ID of the Synapse workspace. */
export const workspacePath = `${groupPath}/providers/Microsoft.Synapse/workspaces/${workspace}`;
