import { must, type Flow } from '../flow.ts';

/** Flow 006: a Fabric pipeline, and a notebook with a parameter on its result. */
export const runFabric: Flow = {
  key: '006',
  title: 'Fabric: pipeline, notebook',
  cases: [
    {
      name: 'a pipeline and a notebook that succeed',
      async check(world, before) {
        const shown = world.sandbox.control.log().runs.fabric.slice(before.runs.fabric.length);
        const ended = shown.map(({ jobType, status }) => `${String(jobType)} ${String(status)}`).join(', ');
        must(ended === 'Pipeline Completed, RunNotebook Completed', `These jobs ran: ${ended}.`);
        const started = world.sandbox.world.fabric.jobs.all.at(-1);
        const { parameters } = started?.executionData as { parameters?: { reportDate?: { value?: string } } };
        must(
          /^\d{4}-\d\d-\d\d$/.test(parameters?.reportDate?.value ?? ''),
          `The notebook ran with ${JSON.stringify(parameters)}.`,
        );
        return { result: 'pipeline and notebook succeeded' };
      },
    },
  ],
};
