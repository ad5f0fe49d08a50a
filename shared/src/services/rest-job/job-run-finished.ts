import { defineRunFinished } from '../../runs/run-finished.ts';
import { baseUrlOf } from './api.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { jobWithList } from './job.ts';
import { finishedJobFields, presetOfInput } from './job-fields.ts';
import { sampleToolRun } from './tool-run-fields.ts';
import { toolRuns } from './tool-runs.ts';

const { readAs: _readAs, ...sample } = sampleToolRun;

/**
 * Polls the list of the runs of a job, however they were started. A run that is repeated under its ID is another completion if
 * the tool has attempts, or if the preset knows that its end then changes.
 */
export const jobRunFinished = defineRunFinished<RestJobConnection>()({
  key: 'jobRunFinished',
  name: 'Job Run Finished',
  description: 'Triggers when a run of a job finishes, however it was started.',
  input: finishedJobFields,
  sample,
  account: baseUrlOf,
  cosmetic: ['activeWords', 'messageField', 'runUrl', 'jobName'],
  runs: (input, since, context) => toolRuns(context, jobWithList(input, context.connection)).finished(since),
  idOf({ id, finishedAt, details }, input) {
    const again = presetOfInput(input)?.finishesAgain ? finishedAt : details?.['attempt'];
    return again === undefined ? id : `${id}:${String(again)}`;
  },
});
