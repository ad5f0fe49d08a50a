import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { redact } from '../../host/redact.ts';
import { boolean, text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { service } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import type { VendorTaskRun } from './run-shapes.ts';
import { readOutput, readTasks, runField } from './runs.ts';

/**
 * The task that a person named; without a name the only one, or the last.
 * @throws PipewrightError `not-found` with the names that there are
 */
function pickTask(tasks: readonly VendorTaskRun[], named: string | undefined): VendorTaskRun {
  const found =
    named === undefined ? tasks.at(-1) : tasks.find(({ task_key: key }) => key?.toLowerCase() === named.toLowerCase());
  if (found) return found;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: named === undefined ? 'The run has no task.' : `The run has no task “${named}”.`,
    hint: `Check the task. Those of the run are: ${tasks.map(({ task_key: key }) => key).join(', ') || 'none'}.`,
  });
}

/**
 * Reads what a task gave back: what a notebook passed to `dbutils.notebook.exit`, up to 5 MB, or why it failed.
 * @see https://docs.databricks.com/api/workspace/jobs/getrunoutput
 */
export const getRunOutput = defineAction<DatabricksConnection>()({
  key: 'getRunOutput',
  name: 'Get Run Output',
  resource: 'Job Run',
  description: 'Reads what a task of a run gave back, such as the result of its notebook.',
  effect: 'safe',
  input: {
    run: runField,
    task: v.optional(
      text({ label: 'Task', help: 'The name of the task. Empty: the only one, or the last.', placeholder: 'report' }),
    ),
  },
  output: {
    runId: text({ label: 'Run ID' }),
    task: text({ label: 'Task' }),
    result: v.optional(text({ label: 'Result' })),
    truncated: boolean({ label: 'Truncated', help: 'Whether the result was longer than Databricks keeps.' }),
    logs: v.optional(text({ label: 'Logs' })),
    error: v.optional(text({ label: 'Error' })),
    errorTrace: v.optional(text({ label: 'Error Trace' })),
  },
  sample: { runId: '455644833', task: 'report', result: '{"rows": 48120}', truncated: false },
  async run(input, context) {
    const task = pickTask(await readTasks(input.run, context), input.task);
    const { notebook_output: notebook, logs, error, error_trace: errorTrace } = await readOutput(task, context);
    return {
      runId: input.run,
      task: task.task_key || task.run_id,
      truncated: notebook?.truncated ?? false,
      ...(notebook?.result ? { result: notebook.result } : {}),
      ...(logs ? { logs: redact(logs) } : {}),
      ...(error ? { error: redact(error) } : {}),
      ...(errorTrace ? { errorTrace: redact(errorTrace) } : {}),
    };
  },
});
