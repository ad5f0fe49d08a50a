import { withInfo } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { PipewrightError, withDetails } from '../../host/error.ts';
import { runBranches } from '../../runs/branches.ts';
import { followRun } from '../../runs/follow-run.ts';
import type { Run } from '../../runs/run.ts';
import { keyFields, reuseActiveRunField } from '../../runs/start-key.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { jobToStart } from './job.ts';
import { startJobFields } from './job-fields.ts';
import { presetsWith } from './presets.ts';
import { startToolRun } from './start-tool-run.ts';
import { sampleToolRun, simpleToolRun, toolRunFields } from './tool-run-fields.ts';
import { cannotCancel, toolRuns } from './tool-runs.ts';

/** Adds to a result how the answer to the start was read. */
function withStart<T extends { readAs?: unknown }>(result: T, { readAs, vendorStatus }: Run): T {
  const isRead = readAs !== undefined && vendorStatus === '' && result.readAs !== readAs;
  return isRead ? { ...result, readAs: [readAs, result.readAs].filter(Boolean).join(' ') } : result;
}

/**
 * Starts a job by a request and waits for it by another. Nothing is called but the host of the base URL.
 * A start that is not confirmed is sent again only if the tool identifies it by the start key.
 */
export const runJob = defineAction<RestJobConnection>()({
  key: 'runJob',
  name: 'Run Job',
  resource: 'Job Run',
  description: 'Starts a job by a request and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    ...startJobFields,
    ...waitFields,
    // Zapier shows at most eight fields before the advanced ones, and Job ID is always among them.
    onFailure: withInfo(waitFields.onFailure, { advanced: true }),
    ...keyFields,
    reuseActiveRun: reuseActiveRunField({
      shownWhen: { field: 'tool', is: presetsWith(({ recent }) => recent !== undefined) },
    }),
  },
  output: toolRunFields,
  simple: simpleToolRun,
  branches: runBranches,
  sample: sampleToolRun,
  async run(input, context) {
    const job = jobToStart(input, context.connection);
    const { template } = job;
    if (input.wait && input.onTimeout === 'cancel' && !template.cancel) throw cannotCancel(template.tool);
    const provider = toolRuns(context, job);
    if (input.reuseActiveRun && !template.recent) throw cannotReuse(template.tool);
    const started = await startToolRun(job, input, context);
    try {
      return withStart(await followRun(context.host, provider, started, input), started);
    } catch (error) {
      if (!(error instanceof PipewrightError) || !error.output) throw error;
      throw withDetails(error, { output: withStart(error.output, started) });
    }
  },
});

/** The error for a tool whose active runs are not known. */
function cannotReuse(tool: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service: tool,
    message: `“Reuse Active Run” is on, but Pipewright cannot list the runs of ${tool}.`,
    hint: 'Turn it off. A “Start Key” prevents that one event starts two runs.',
  });
}
