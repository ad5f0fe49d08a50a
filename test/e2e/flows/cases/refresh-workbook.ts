import { must, type Before, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

const workbook = 'Claims overview';
const fast = { service: 'tableau', name: workbook, queuedMilliseconds: 200, runningMilliseconds: 600 };

/** Checks that the workbook was refreshed once since, and that Slack has one card about it. Returns the card. */
function cardOfOneRefresh(world: World, before: Before, status: string): string {
  const jobs = world.sandbox.control.log().runs.tableau.slice(before.runs.tableau.length);
  must(jobs.length === 1, `The workbook was refreshed ${jobs.length} times instead of once.`);
  must(jobs[0]?.['status'] === status, `The refresh ended as ${String(jobs[0]?.['status'])}.`);
  const cards = world.sandbox.world.slack.messages.slice(before.slack.messages.length);
  must(cards.length === 1, `${cards.length} cards were posted instead of one.`);
  return JSON.stringify(cards[0]);
}

/** Flow 007: a dbt job has succeeded, so a Tableau workbook is refreshed, and Slack shows the result. */
export const refreshWorkbook: Flow = {
  key: '007',
  title: 'dbt job succeeded → Tableau → Slack',
  cases: [
    {
      name: 'a job run that succeeds, delivered twice',
      prepare: (world) => world.sandbox.control.planRun(fast),
      async begin(world) {
        world.sandbox.control.deliverNextDbtEventTwice();
        world.sandbox.control.startDbtRun({ outcome: 'success' });
      },
      async check(world, before) {
        const card = cardOfOneRefresh(world, before, 'Success');
        must(card.includes(workbook), `The card says: ${card}.`);
        return { result: 'delivered twice, one refresh, card in Slack' };
      },
    },
    {
      name: 'a refresh that fails',
      prepare: (world) =>
        world.sandbox.control.planRun({ ...fast, failure: { message: 'Login failed for user claims_reader.' } }),
      async begin(world) {
        world.sandbox.control.startDbtRun({ outcome: 'success' });
      },
      async check(world, before) {
        const card = cardOfOneRefresh(world, before, 'Failed');
        must(card.includes('Login failed') && card.includes('edit the connection'), `The card says: ${card}.`);
        return { result: 'notes of Tableau and advice in Slack' };
      },
    },
  ],
};
