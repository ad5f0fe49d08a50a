import { uuidOf } from '../server/identifiers.ts';
import { fabricAccount } from './account.ts';

/** An item of a Fabric workspace. */
export interface FabricItem {
  id: string;
  workspace: string;
  displayName: string;
  type: string;
  /** The types of its jobs, in lower case; none for an item that cannot be run. */
  jobTypes: readonly string[];
  /** Activities of a pipeline. */
  activities: readonly string[];
}

/** The workspaces of the sandbox; one has no capacity. */
export const fabricWorkspaces = [
  { id: fabricAccount.workspaceId, displayName: 'Claims', capacityId: uuidOf('fabric/capacity') },
  { id: uuidOf('fabric/finance'), displayName: 'Finance' },
];

const workspace = fabricAccount.workspaceId;

/** The items of the sandbox. */
export const fabricItems: FabricItem[] = [
  {
    id: fabricAccount.pipelineId,
    workspace,
    displayName: 'Load claims',
    type: 'DataPipeline',
    jobTypes: ['pipeline'],
    activities: ['Copy claims', 'Check rows'],
  },
  {
    id: fabricAccount.notebookId,
    workspace,
    displayName: 'Claims report',
    type: 'Notebook',
    jobTypes: ['runnotebook'],
    activities: [],
  },
  {
    id: fabricAccount.sparkJobId,
    workspace,
    displayName: 'Nightly claims',
    type: 'SparkJobDefinition',
    jobTypes: ['sparkjob'],
    activities: [],
  },
  ...Array.from({ length: 30 }, (_, index) => ({
    id: uuidOf(`fabric/lakehouse-${index}`),
    workspace,
    displayName: `Lakehouse ${String(index + 1).padStart(2, '0')}`,
    type: 'Lakehouse',
    jobTypes: [],
    activities: [],
  })),
];
