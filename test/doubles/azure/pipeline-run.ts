import { iso } from '../server/context.ts';
import type { RunPlan } from '../server/run-plans.ts';
import type { ActivityDefinition, PipelineDefinition } from './pipeline-definition.ts';

/** One activity of a run. */
export interface ActivityRun {
  id: string;
  activity: ActivityDefinition;
  /** Milliseconds since 1970. */
  start: number;
  end: number;
  failure?: { code: string; message: string };
  /** Output of the caller that completed it. */
  output?: unknown;
  /** The run that an `ExecutePipeline` activity started. */
  child?: PipelineRun;
}

/** Who started a run. */
export interface InvokedBy {
  id: string;
  name: string;
  invokedByType: string;
  pipelineName?: string;
  pipelineRunId?: string;
}

/** A run that is planned in full at its start; its status depends on the time at which it is read. */
export interface PipelineRun {
  id: string;
  groupId: string;
  definition: PipelineDefinition;
  parameters: Record<string, unknown>;
  invokedBy: InvokedBy;
  plan: RunPlan;
  createdAt: number;
  /** When it leaves the queue, in milliseconds since 1970. */
  start: number;
  /** When it ends unless canceled. */
  end: number;
  activities: ActivityRun[];
  cancelledAt?: number;
}

/** Azure's status of a run at a time. */
export function statusAt(run: PipelineRun, now: number): string {
  if (run.cancelledAt !== undefined)
    return now < run.cancelledAt + run.plan.cancellingMilliseconds ? 'Canceling' : 'Cancelled';
  if (now < run.start) return 'Queued';
  if (now < run.end) return 'InProgress';
  return run.activities.some(({ failure }) => failure) ? 'Failed' : 'Succeeded';
}

/** Whether a run has finished at a time. */
export function isOver(run: PipelineRun, now: number): boolean {
  return ['Succeeded', 'Failed', 'Cancelled'].includes(statusAt(run, now));
}

function lastUpdated(run: PipelineRun, now: number): number {
  const moments = [run.createdAt, run.start, run.end, ...run.activities.map(({ start }) => start)];
  if (run.cancelledAt !== undefined) return Math.min(now, run.cancelledAt + run.plan.cancellingMilliseconds);
  return Math.max(...moments.filter((timestamp) => timestamp <= now));
}

function message(run: PipelineRun): string {
  const failed = run.activities.find(({ failure }) => failure);
  return failed ? `Operation on target ${failed.activity.name} failed: ${failed.failure?.message}` : '';
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/**
 * The API resource of a run. A canceled run has no end time, as in Microsoft's example.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/get
 */
export function showRun(run: PipelineRun, now: number): Record<string, unknown> {
  const status = statusAt(run, now);
  const ended = status === 'Succeeded' || status === 'Failed';
  return {
    runId: run.id,
    runGroupId: run.groupId,
    isLatest: true,
    pipelineName: run.definition.name,
    parameters: Object.fromEntries(Object.entries(run.parameters).map(([name, value]) => [name, asText(value)])),
    runDimension: {},
    invokedBy: run.invokedBy,
    annotations: [],
    runStart: iso(run.createdAt),
    runEnd: ended ? iso(run.end) : null,
    durationInMs: ended ? run.end - run.createdAt : null,
    status,
    message: status === 'Failed' ? message(run) : '',
    lastUpdated: iso(lastUpdated(run, now)),
  };
}

/** The API resources of the started activities. */
export function showActivities(run: PipelineRun, now: number): Record<string, unknown>[] {
  const cancelEnd = run.cancelledAt === undefined ? Infinity : run.cancelledAt + run.plan.cancellingMilliseconds;
  return run.activities
    .filter(({ start }) => start <= now && start < (run.cancelledAt ?? Infinity))
    .map((step) => {
      const cut = step.end > cancelEnd;
      const end = Math.min(step.end, cancelEnd);
      const over = end <= now;
      const failure = over && !cut ? step.failure : undefined;
      const status = !over ? 'InProgress' : cut ? 'Cancelled' : failure ? 'Failed' : 'Succeeded';
      const { name, type, runs } = step.activity;
      return {
        activityName: name,
        activityType: type,
        activityRunId: step.id,
        pipelineName: run.definition.name,
        pipelineRunId: run.id,
        linkedServiceName: type === 'DatabricksNotebook' ? 'Databricks' : '',
        status,
        activityRunStart: iso(step.start),
        activityRunEnd: over ? iso(end) : null,
        durationInMs: over ? end - step.start : null,
        input: runs ? { pipeline: { referenceName: runs, type: 'PipelineReference' }, waitOnCompletion: true } : {},
        output: outputOf(step, status),
        error: {
          errorCode: failure?.code ?? '',
          message: failure?.message ?? '',
          failureType: failure ? 'UserError' : '',
          target: name,
          details: '',
        },
        retryAttempt: null,
        userProperties: {},
      };
    });
}

function outputOf(step: ActivityRun, status: string): Record<string, unknown> {
  const { activity, child } = step;
  if (child) return { pipelineName: child.definition.name, pipelineRunId: child.id };
  if (status !== 'Succeeded') return {};
  if (step.output !== undefined) return step.output as Record<string, unknown>;
  if (activity.type === 'Copy') {
    const details = {
      effectiveIntegrationRuntime: 'AutoResolveIntegrationRuntime (West Europe)',
      usedDataIntegrationUnits: 4,
      usedParallelCopies: 1,
    };
    return {
      dataRead: 262_144,
      dataWritten: 262_144,
      rowsRead: 1000,
      rowsCopied: 1000,
      copyDuration: Math.ceil((step.end - step.start) / 1000),
      errors: [],
      ...details,
    };
  }
  if (activity.type === 'DatabricksNotebook')
    return {
      runPageUrl: 'https://adb-1.2.azuredatabricks.net/?o=1#job/1/run/1',
      runOutput: '{"rows":1000}',
      executionDuration: 1,
    };
  return {};
}
