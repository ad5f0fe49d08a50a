import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { whether } from '../../host/wording.ts';
import { boolean, text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import type { Context } from '../../define/context.ts';
import { isFinished } from '../../runs/run.ts';
import { openSlack, postOnce, slackShape } from './api.ts';
import { channelField, conversationId } from './channels.ts';
import type { SlackConnection } from './connection-fields.ts';
import { fileOf, shareFile } from './share-file.ts';
import { runCard, type Card } from './run-card.ts';
import { readRunInput, runField, runParts } from './run-input.ts';
import { postedShape } from './posted-shape.ts';
import { messageTimestamp } from './thread.ts';

/** How long the card of a run is remembered. */
const cacheSeconds = 3 * 24 * 3600;

const cardReferenceShape = v.object({ channel: v.string(), ts: v.string() });

type CardReference = v.InferOutput<typeof cardReferenceShape>;

/** Updates a card; returns false if it no longer exists. */
async function update({ channel, ts }: CardReference, card: Card, context: Context<SlackConnection>): Promise<boolean> {
  try {
    await openSlack(context).json('POST', '/chat.update', slackShape({}), {
      json: { channel, ts, text: card.text, blocks: card.blocks },
      effect: 'idempotent',
    });
    return true;
  } catch (error) {
    if (error instanceof PipewrightError && error.code === 'not-found') return false;
    throw error;
  }
}

/**
 * Posts one message per run and updates it when called again for the same run. The message is identified by its timestamp,
 * or remembered by the platform for three days.
 * @see https://docs.slack.dev/reference/methods/chat.update
 */
export const postRunCard = defineAction<SlackConnection>()({
  key: 'postRunCard',
  name: 'Post Run Card',
  resource: 'Run Card',
  description:
    "Posts a message with a run's status and, if it failed, the cause and a suggested fix, and updates the message as the run progresses.",
  effect: 'unsafe',
  input: {
    channel: channelField,
    run: runField,
    ...runParts,
    card: v.optional(
      text({
        label: 'Card Timestamp',
        help: 'The Timestamp from a previous Post Run Card step, or a link to the card. Leave empty to update the card posted for this run in the last three days, or to post a new card if there is none.',
        placeholder: '1763625600.000100',
        idFromUrl: {
          pattern: /\/p(\d{16})(?:[?#]|$)/,
          example: 'https://contoso.slack.com/archives/C0123456789/p1763625600000100',
        },
      }),
    ),
    rerunUrl: v.optional(
      text({
        label: 'Rerun URL',
        help: "The URL to open when someone clicks Run Again on a failed run's card, e.g. a form that starts the rerun.",
        placeholder: 'https://…',
        advanced: true,
      }),
    ),
    timeline: v.optional(
      boolean({
        label: 'Add Timeline',
        help: whether("post a timeline image of the run's steps in the card's thread when the run finishes."),
        advanced: true,
      }),
      false,
    ),
  },
  output: {
    id: text({
      label: 'Timestamp',
      help: 'Identifies the card. Use it as the Card Timestamp in the next Post Run Card step.',
    }),
    channelId: text({ label: 'Channel ID' }),
    updated: boolean({ label: 'Card Updated' }),
  },
  sample: { id: '1763625600.000100', channelId: 'C0123456789', updated: false },
  async run(input, context) {
    const { host } = context;
    const run = readRunInput(input);
    const card = runCard(run, input.rerunUrl);
    const channel = await conversationId(input.channel, context);
    const cacheKey = `run-card:${JSON.stringify([channel, run.service, run.id || run.name])}`;
    const existing =
      input.card === undefined
        ? await host.cache.get(cacheKey)
        : { channel, ts: messageTimestamp(input.card, 'Card Timestamp') };
    const updated =
      v.is(cardReferenceShape, existing) && (await update(existing, card, context)) ? existing : undefined;
    const posted =
      updated ??
      (await postOnce('the card', () =>
        openSlack(context).json('POST', '/chat.postMessage', postedShape, {
          json: { channel, text: card.text, blocks: card.blocks, unfurl_links: false },
        }),
      ));
    await host.cache.set(cacheKey, { channel: posted.channel, ts: posted.ts }, cacheSeconds);
    if (input.timeline && isFinished(run.status) && run.steps.length > 0) {
      const { drawTimeline } = await import('./pictures/timeline.ts');
      const file = fileOf('timeline.png', 'image/png', await drawTimeline(run, host.now()));
      await shareFile({ file, title: `Timeline of ${run.name}`, channel, thread: posted.ts }, context);
    }
    return { id: posted.ts, channelId: posted.channel, updated: updated !== undefined };
  },
});
