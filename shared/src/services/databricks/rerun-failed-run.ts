import { defineAction } from '../../define/operation.ts';
import { rerunBranches } from '../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun, unfinishedSteps } from '../../runs/rerun.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { exactId, openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobRuns, readVendorRun, repairsOf, runField, sampleJobRun } from './runs.ts';

/**
 * Repairs a run: its failed and skipped tasks run again within the same run, with the same job parameters.
 * @see https://docs.databricks.com/api/workspace/jobs/repairrun
 */
export const rerunFailedRun = defineAction<DatabricksConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Job Run',
  description: 'Repairs a failed job run: reruns its failed and skipped tasks with the same parameters.',
  effect: 'unsafe',
  input: { run: runField, ...rerunFields, ...waitFields },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(sampleJobRun, ['report']),
  run: (input, context) =>
    rerun(context.host, jobRuns(context), input, async (failed) => {
      const repairs = repairsOf(await readVendorRun(failed.id, context, { history: true }));
      const latest = repairs.at(-1);
      const repaired = jobRuns(context, `run ${failed.id}`, { after: repairs });
      return {
        provider: repaired,
        steps: unfinishedSteps(failed),
        async start() {
          const json = {
            run_id: exactId(failed.id, 'Run ID'),
            rerun_all_failed_tasks: true,
            latest_repair_id: latest === undefined ? undefined : exactId(latest, 'Repair ID'),
            job_parameters: Object.keys(failed.parameters).length > 0 ? failed.parameters : undefined,
          };
          await openDatabricks(context).send('POST', '/jobs/runs/repair', { json });
          return { ...failed, status: 'queued', vendorStatus: 'PENDING', steps: [] };
        },
        async find() {
          const now = repairsOf(await readVendorRun(failed.id, context, { history: true }));
          return now.length > repairs.length ? repaired.get(failed.id) : undefined;
        },
      };
    }),
});
