import { must, type Before, type Flow } from '../flow.ts';
import type { World } from '../world.ts';

const model = 'Claims overview';
const fast = { service: 'power-bi', name: model, queuedMilliseconds: 200, runningMilliseconds: 600 };

/** The refreshes that began since, which Power BI accepts only one at a time. */
function mustHaveRefreshedOnce(world: World, before: Before, status: string): void {
  const refreshes = world.sandbox.control.log().runs.powerBi.slice(before.runs.powerBi.length);
  must(refreshes.length === 1, `The model was refreshed ${refreshes.length} times instead of once.`);
  must(refreshes[0]?.['status'] === status, `The refresh ended as ${String(refreshes[0]?.['status'])}.`);
}

/** The texts of the cards that were posted since, with their blocks. */
function cardsSince(world: World, before: Before): string[] {
  const { messages } = world.sandbox.world.slack;
  return messages.slice(before.slack.messages.length).map((message) => JSON.stringify(message));
}

/** Flow 005: a dbt job has succeeded, so a Power BI model is refreshed, and Slack shows the result. */
export const refreshModel: Flow = {
  key: '005',
  title: 'dbt job succeeded → Power BI → Slack',
  cases: [
    {
      name: 'a job run that succeeds, delivered twice',
      prepare: (world) => world.sandbox.control.planRun(fast),
      async begin(world) {
        world.sandbox.control.deliverNextDbtEventTwice();
        world.sandbox.control.startDbtRun({ outcome: 'success' });
      },
      async check(world, before) {
        mustHaveRefreshedOnce(world, before, 'Completed');
        const cards = cardsSince(world, before);
        must(cards.length === 1, `${cards.length} cards were posted instead of one.`);
        must(cards[0]?.includes(model) === true, `The card says: ${cards[0]}.`);
        return { result: 'delivered twice, one refresh, card in Slack' };
      },
    },
    {
      name: 'a refresh that fails at a table',
      prepare: (world) =>
        world.sandbox.control.planRun({
          ...fast,
          failure: { step: 'Policies', message: 'The column Premium does not exist in the rowset.' },
        }),
      async begin(world) {
        world.sandbox.control.startDbtRun({ outcome: 'success' });
      },
      async check(world, before) {
        mustHaveRefreshedOnce(world, before, 'Failed');
        const cards = cardsSince(world, before);
        must(cards.length === 1, `${cards.length} cards were posted instead of one.`);
        must(
          cards[0]?.includes('Policies') === true && cards[0].includes('Restore the column'),
          `The card says: ${cards[0]}.`,
        );
        return { result: 'failed table, reason and advice in Slack' };
      },
    },
  ],
};
