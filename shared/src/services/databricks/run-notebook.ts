import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { text, values } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { keyFields } from '../../runs/start-key.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { asTexts } from './job-parameters.ts';
import { sampleJobRun } from './runs.ts';
import { startDatabricksRun } from './start-run.ts';

/** Databricks identifies notebooks by absolute path only. */
function checkPath(path: string): void {
  if (path.startsWith('/')) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `“Notebook Path” must be an absolute path, but is “${path.slice(0, 100)}”.`,
    hint: 'Check the path: it starts with a slash. To copy it, choose Copy > Path in the menu of the notebook.',
  });
}

/**
 * Runs a notebook as a one-time run, without a job.
 * @see https://docs.databricks.com/api/workspace/jobs/submit
 */
export const runNotebook = defineAction<DatabricksConnection>()({
  key: 'runNotebook',
  name: 'Run Notebook',
  resource: 'Job Run',
  description: 'Starts a one-time run of a notebook and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    notebook: text({
      label: 'Notebook Path',
      help: 'The path of the notebook in the workspace. To copy it, choose Copy > Path in the menu of the notebook.',
      placeholder: '/Workspace/Shared/reports/monthly',
    }),
    parameters: v.optional(
      values({
        label: 'Notebook Parameters',
        help: 'Values for the widgets of the notebook.',
        placeholder: '{"reportDate": "2026-11-20"}',
      }),
    ),
    cluster: v.optional(
      text({
        label: 'Cluster ID',
        help: 'The ID or URL of the cluster to run on. Leave empty to use serverless compute.',
        placeholder: '1120-080000-abcd1234',
        idFromUrl: {
          pattern: /\/clusters\/([\w-]+)/,
          example: 'https://adb-1234567890123456.7.azuredatabricks.net/compute/clusters/1120-080000-abcd1234',
        },
      }),
    ),
    ...waitFields,
    ...keyFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: { ...sampleJobRun, name: '/Workspace/Shared/reports/monthly' },
  async run({ notebook, parameters = {}, cluster, startKey, startOncePer, ...choices }, context) {
    checkPath(notebook);
    const texts = asTexts(parameters);
    const task = {
      task_key: 'notebook',
      notebook_task: { notebook_path: notebook, source: 'WORKSPACE', base_parameters: texts },
      existing_cluster_id: cluster,
    };
    return startDatabricksRun(
      {
        what: `notebook ${notebook}`,
        path: '/jobs/runs/submit',
        body: { run_name: notebook, tasks: [task] },
        keyChoices: { startKey, startOncePer },
        parameters: texts,
        choices,
      },
      context,
    );
  },
});
