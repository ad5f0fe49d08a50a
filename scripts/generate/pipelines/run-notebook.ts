import { keyParameter } from '../../../shared/src/services/azure/pipelines/declared-parameters.ts';
import {
  expression,
  ifFailedUpTo,
  policy,
  type Activity,
  type Declared,
  type Pipeline,
  type Resource,
} from './activities.ts';
import { callbackDeclared, sendCallbacks } from './callback.ts';

const notebookActivity = 'Run notebook';
const databricks = 'Pipewright_Databricks';
const parameter = (name: string) => expression(`@pipeline().parameters.${name}`);
const shared = { name: notebookActivity, policy: policy('0.12:00:00') } satisfies Partial<Activity>;

function notebookPipeline(description: string, activity: Activity, parameters: Record<string, Declared>): Pipeline {
  return {
    name: 'Run_notebook',
    properties: {
      description,
      activities: [activity, ...sendCallbacks(notebookActivity, ifFailedUpTo(notebookActivity))],
      parameters: {
        ...parameters,
        reportDate: { type: 'String', defaultValue: '' },
        ...callbackDeclared,
        [keyParameter]: { type: 'String', defaultValue: '' },
      },
      annotations: ['Pipewright'],
    },
  };
}

/** The pipeline of Data Factory that runs a Databricks notebook. */
export const databricksPipeline: Pipeline = notebookPipeline(
  'Runs a Databricks notebook with the parameter reportDate.',
  {
    ...shared,
    type: 'DatabricksNotebook',
    linkedServiceName: { referenceName: databricks, type: 'LinkedServiceReference' },
    typeProperties: {
      notebookPath: parameter('NotebookPath'),
      baseParameters: { reportDate: parameter('reportDate') },
    },
  },
  { NotebookPath: { type: 'String' } },
);

/** The linked service of `databricksPipeline`: a new job cluster for each run, and no token. @param value of a setting */
export function databricksLinkedService(value: (name: string) => string): Resource {
  return {
    name: databricks,
    properties: {
      type: 'AzureDatabricks',
      description: 'A Databricks workspace, with the managed identity. Each run starts a job cluster.',
      typeProperties: {
        domain: value('databricksWorkspaceUrl'),
        authentication: 'MSI',
        workspaceResourceId: value('databricksWorkspaceResourceId'),
        newClusterVersion: value('clusterVersion'),
        newClusterNodeType: value('clusterNodeType'),
        newClusterNumOfWorker: value('clusterWorkers'),
      },
      annotations: ['Pipewright'],
    },
  };
}

/** The pipeline of Synapse that runs a Synapse notebook. */
export const synapseNotebookPipeline: Pipeline = notebookPipeline(
  'Runs a Synapse notebook with the parameter reportDate.',
  {
    ...shared,
    type: 'SynapseNotebook',
    typeProperties: {
      notebook: { referenceName: parameter('Notebook'), type: 'NotebookReference' },
      sparkPool: { referenceName: parameter('SparkPool'), type: 'BigDataPoolReference' },
      parameters: { reportDate: { value: parameter('reportDate'), type: 'string' } },
    },
  },
  { Notebook: { type: 'String' }, SparkPool: { type: 'String' } },
);
