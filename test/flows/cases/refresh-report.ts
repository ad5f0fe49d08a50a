import { must, type Before, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

const newRuns = (world: World, before: Before): Record<string, unknown>[] =>
  world.sandbox.control.log().runs.mode.slice(before.runs.mode.length);

/** Guide 002: a dbt job has succeeded, so a report of Mode is run with parameters. */
export const refreshReport: Flow = {
  key: '002',
  title: 'dbt job succeeded → Mode report',
  cases: [
    {
      name: 'a job run that succeeds, told twice',
      async begin(world) {
        world.sandbox.control.deliverNextDbtEventTwice();
        world.sandbox.control.startDbtRun({ outcome: 'success' });
      },
      async check(world, before) {
        const runs = newRuns(world, before);
        must(runs.length === 1, `The report ran ${runs.length} times instead of once.`);
        const [{ state, parameters } = {}] = runs;
        must(state === 'succeeded', `The report ended as ${String(state)}.`);
        must((parameters as { country?: string }).country === 'GB', `It ran with ${JSON.stringify(parameters)}.`);
        return { result: 'one run of the report with parameters' };
      },
    },
    {
      name: 'a job run that fails',
      times: 0,
      async begin(world) {
        world.sandbox.control.startDbtRun({ outcome: 'error' });
      },
      async check(world, before) {
        const { length } = newRuns(world, before);
        must(length === 0, `The report ran ${length} times after a failed job run.`);
        return { result: 'nothing started' };
      },
    },
  ],
};
