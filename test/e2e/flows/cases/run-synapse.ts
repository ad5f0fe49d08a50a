import { must, type Before, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

function newRuns(world: World, before: Before) {
  const { synapse, spark } = world.sandbox.control.log().runs;
  return { pipelines: synapse.slice(before.runs.synapse.length), jobs: spark.slice(before.runs.spark.length) };
}

/** Guide 003: the former manual steps in Postman: read the workspace, run a pipeline, query its status, run a Spark job. */
export const runSynapse: Flow = {
  key: '003',
  title: 'Synapse: workspace, pipeline, Spark job',
  cases: [
    {
      name: 'a pipeline and a Spark job that succeed',
      async check(world, before) {
        const { pipelines, jobs } = newRuns(world, before);
        must(
          pipelines.length === 1 && jobs.length === 1,
          `${pipelines.length} pipelines and ${jobs.length} Spark jobs ran.`,
        );
        must(pipelines[0]?.['status'] === 'Succeeded', `The pipeline ended as ${String(pipelines[0]?.['status'])}.`);
        const { parameters } = pipelines[0] as { parameters?: { inputPath?: string } };
        must(parameters?.inputPath === 'raw/claims', `The pipeline ran with ${JSON.stringify(parameters)}.`);
        must(jobs[0]?.['result'] === 'Succeeded', `The Spark job ended as ${String(jobs[0]?.['result'])}.`);
        return { result: 'workspace read, pipeline and Spark job succeeded' };
      },
    },
  ],
};
