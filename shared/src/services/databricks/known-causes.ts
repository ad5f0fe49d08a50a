import type { KnownCause } from '../../runs/known-causes.ts';

/**
 * Failures and skipped runs specific to Databricks.
 * @see https://docs.databricks.com/api/workspace/jobs/getrun
 */
export const databricksCauses: readonly KnownCause[] = [
  {
    pattern: /MAX(IMUM)?_CONCURRENT_RUNS|maximum concurrent runs|concurrent runs? (limit|has been reached)/i,
    advice:
      'The job has reached its maximum concurrent runs. Turn on queueing for the job, increase its Maximum concurrent runs, or turn on Reuse Active Run in this step.',
  },
  {
    pattern: /MAX_JOB_QUEUE_SIZE|queue size|queue is full/i,
    advice: 'The run queue of the job is full. Start the job less often, or increase its Maximum concurrent runs.',
  },
  {
    pattern: /WORKSPACE_RUN_LIMIT|ACTIVE_RUNS?_LIMIT|CLUSTER_REQUEST_LIMIT|limit of \d+ (active|running)/i,
    advice: 'The workspace has reached its limit of active runs. Run it again later, or spread the job schedules.',
  },
  {
    pattern: /UPSTREAM_(FAILED|CANCELED)/i,
    advice: 'An upstream task did not succeed. Fix that task, then use Rerun Failed Run.',
  },
  {
    pattern: /\bEXCLUDED\b|condition.*(not met|false)|run.?if/i,
    advice: 'The “Run if” condition of the task was not met. Change the condition if the task has to run.',
  },
  {
    pattern: /\bDISABLED\b|is disabled|is paused/i,
    advice: 'The job or task is disabled. Enable it in Databricks, then run it again.',
  },
  {
    pattern:
      /cluster.*(terminated|not (start|available)|unexpected)|CLOUD_PROVIDER|CLOUD_FAILURE|CLUSTER_ERROR|DRIVER_ERROR|spot instance/i,
    advice: 'The cluster was terminated or did not start. Check its event log, then run the job again.',
  },
];
