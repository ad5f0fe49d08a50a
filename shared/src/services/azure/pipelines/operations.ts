import type { Operation } from '../../../define/operation.ts';
import type { Trigger } from '../../../define/trigger.ts';
import { defineCancelPipelineRun } from './cancel-pipeline-run.ts';
import { defineFindPipeline } from './find-pipeline.ts';
import { defineGetPipelineRun } from './get-pipeline-run.ts';
import type { PipelineHomeKind } from './home.ts';
import { definePipelineRunFinished } from './pipeline-run-finished.ts';
import { pipelineField } from './pipelines.ts';
import { defineRunPipeline } from './run-pipeline.ts';
import { defineRerunFailedRun } from './rerun-failed-run.ts';
import { runField } from './runs.ts';

/** Pipeline operations and triggers that Data Factory and Synapse share. */
export function pipelineOperations(kind: PipelineHomeKind): { operations: Operation[]; triggers: Trigger[] } {
  const pipeline = pipelineField(kind);
  const run = runField(kind);
  return {
    operations: [
      defineRunPipeline(kind, pipeline),
      defineGetPipelineRun(kind, run),
      defineCancelPipelineRun(kind, run),
      defineRerunFailedRun(kind, run),
      defineFindPipeline(kind),
    ],
    triggers: [definePipelineRunFinished(kind, pipeline)],
  };
}
