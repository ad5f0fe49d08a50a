import type { KnownCause } from '../../runs/known-causes.ts';

/**
 * Failures and skipped runs that only Databricks has.
 * @see https://docs.databricks.com/api/workspace/jobs/getrun
 */
export const databricksCauses: readonly KnownCause[] = [
  {
    pattern: /MAX(IMUM)?_CONCURRENT_RUNS|maximum concurrent runs|concurrent runs? (limit|has been reached)/i,
    advice:
      'The job already runs as often as it may at the same time. Turn on queueing for the job or raise its Maximum concurrent runs, or let this step reuse an active run.',
  },
  {
    pattern: /MAX_JOB_QUEUE_SIZE|queue size|queue is full/i,
    advice: 'Too many runs of the job are queued. Start it less often, or raise its Maximum concurrent runs.',
  },
  {
    pattern: /WORKSPACE_RUN_LIMIT|ACTIVE_RUNS?_LIMIT|CLUSTER_REQUEST_LIMIT|limit of \d+ (active|running)/i,
    advice: 'The workspace runs as many jobs as it may. Run it again later, or spread the schedules of its jobs.',
  },
  {
    pattern: /UPSTREAM_(FAILED|CANCELED)/i,
    advice: 'A task that it depends on did not succeed. Correct that task, then use Rerun Failed Run.',
  },
  {
    pattern: /\bEXCLUDED\b|condition.*(not met|false)|run.?if/i,
    advice: 'The condition of the task (Run if) was not met. Change the condition if the task must run.',
  },
  {
    pattern: /\bDISABLED\b|is disabled|is paused/i,
    advice: 'The job or task is disabled. Enable it in Databricks, then run it again.',
  },
  {
    pattern:
      /cluster.*(terminated|not (start|available)|unexpected)|CLOUD_PROVIDER|CLOUD_FAILURE|CLUSTER_ERROR|DRIVER_ERROR|spot instance/i,
    advice: 'The cluster was lost: look at its event log, and run the job again.',
  },
];
