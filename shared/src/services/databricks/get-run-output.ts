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
 * The task with the given name, or the last task.
 * @throws PipewrightError `not-found` listing the tasks
 */
function pickTask(tasks: readonly VendorTaskRun[], name: string | undefined): VendorTaskRun {
  const found =
    name === undefined ? tasks.at(-1) : tasks.find(({ task_key: key }) => key?.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: name === undefined ? 'The run has no tasks.' : `The run has no task “${name}”.`,
    hint: `Check Task. The run has these tasks: ${tasks.map(({ task_key: key }) => key).join(', ') || 'none'}.`,
  });
}

/**
 * Reads the output of a task: the value that a notebook passed to `dbutils.notebook.exit` (up to 5 MB), or its error.
 * @see https://docs.databricks.com/api/workspace/jobs/getrunoutput
 */
export const getRunOutput = defineAction<DatabricksConnection>()({
  key: 'getRunOutput',
  name: 'Get Run Output',
  resource: 'Job Run',
  description: 'Finds a task run and returns its output, such as a notebook result.',
  effect: 'safe',
  input: {
    run: runField,
    task: v.optional(
      text({ label: 'Task', help: 'The name of the task. Leave empty for the last task.', placeholder: 'report' }),
    ),
  },
  output: {
    id: text({ label: 'Task Run ID' }),
    runId: text({ label: 'Run ID' }),
    task: text({ label: 'Task' }),
    result: v.optional(text({ label: 'Result' })),
    truncated: boolean({ label: 'Truncated', help: 'Whether Databricks truncated the result.' }),
    logs: v.optional(text({ label: 'Logs' })),
    error: v.optional(text({ label: 'Error' })),
    errorTrace: v.optional(text({ label: 'Error Trace' })),
  },
  sample: { id: '455644834', runId: '455644833', task: 'report', result: '{"rows": 48120}', truncated: false },
  async run(input, context) {
    const task = pickTask(await readTasks(input.run, context), input.task);
    const { notebook_output: notebook, logs, error, error_trace: errorTrace } = await readOutput(task, context);
    return {
      id: task.run_id,
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
