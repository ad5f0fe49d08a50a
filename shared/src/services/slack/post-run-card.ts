import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { boolean, text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import type { Context } from '../../define/context.ts';
import { isFinished } from '../../runs/run.ts';
import { drawTimeline } from './pictures/timeline.ts';
import { openSlack, postOnce, slackShape } from './api.ts';
import { channelField, conversationId } from './channels.ts';
import type { SlackConnection } from './connection-fields.ts';
import { fileOf, shareFile } from './share-file.ts';
import { drawCard, type Card } from './run-card.ts';
import { givenRun, runField, runParts } from './run-input.ts';
import { postedShape } from './posted-shape.ts';
import { messageTimestamp } from './thread.ts';

/** Seconds for which the card of a run is remembered. */
const memory = 3 * 24 * 3600;

interface Posted {
  channel: string;
  ts: string;
}

function isPosted(value: unknown): value is Posted {
  return typeof value === 'object' && value !== null && 'channel' in value && 'ts' in value;
}

/** Changes a card; false when it is not there any longer. */
async function change(
  { channel, ts }: Posted,
  { text: said, blocks }: Card,
  context: Context<SlackConnection>,
): Promise<boolean> {
  try {
    await openSlack(context).json('POST', '/chat.update', slackShape({}), {
      json: { channel, ts, text: said, blocks },
      effect: 'idempotent',
    });
    return true;
  } catch (error) {
    if (error instanceof PipewrightError && error.code === 'not-found') return false;
    throw error;
  }
}

/**
 * Posts one message for a run, and edits it when it is called again for the same run: it is known by its timestamp, or
 * remembered by the platform for three days.
 * @see https://docs.slack.dev/reference/methods/chat.update
 */
export const postRunCard = defineAction<SlackConnection>()({
  key: 'postRunCard',
  name: 'Post Run Card',
  resource: 'Run Card',
  description:
    'Posts one message about a run and edits it as the run goes on: how it stands, why it failed, what to do.',
  effect: 'unsafe',
  input: {
    channel: channelField,
    run: runField,
    ...runParts,
    card: v.optional(
      text({
        label: 'Card to Update',
        help: 'The timestamp that an earlier Post Run Card step gave. Empty: the card of this run, if one was posted in the last days, else a new one.',
        placeholder: '1763625600.000100',
        idFromUrl: {
          pattern: /\/p(\d{16})(?:[?#]|$)/,
          example: 'https://contoso.slack.com/archives/C0123456789/p1763625600000100',
        },
      }),
    ),
    rerunUrl: v.optional(
      text({
        label: 'Address to Run It Again',
        help: 'Makes a button Run Again on the card of a run that failed, such as the address of a form of a workflow that reruns it.',
        placeholder: 'https://…',
        advanced: true,
      }),
    ),
    timeline: v.optional(
      boolean({
        label: 'Add the Timeline',
        help: 'Whether a picture of the steps over time is added to the thread of the card when the run has ended.',
        advanced: true,
        notOn: { zapier: 'Zapier hands over single values instead of a whole run, so its steps are not known.' },
      }),
      false,
    ),
  },
  output: {
    id: text({ label: 'Timestamp', help: 'Identifies the card; give it to the next Post Run Card step.' }),
    channelId: text({ label: 'Channel ID' }),
    updated: boolean({ label: 'Updated' }),
  },
  sample: { id: '1763625600.000100', channelId: 'C0123456789', updated: false },
  async run(input, context) {
    const { host } = context;
    const run = givenRun(input);
    const card = drawCard(run, input.rerunUrl);
    const channel = await conversationId(input.channel, context);
    const name = `run-card:${JSON.stringify([channel, run.service, run.id || run.name])}`;
    const remembered =
      input.card === undefined
        ? await host.cache.get(name)
        : { channel, ts: messageTimestamp(input.card, 'Card to Update') };
    const known = isPosted(remembered) && (await change(remembered, card, context)) ? remembered : undefined;
    const posted =
      known ??
      (await postOnce('the card', () =>
        openSlack(context).json('POST', '/chat.postMessage', postedShape, {
          json: { channel, text: card.text, blocks: card.blocks, unfurl_links: false },
        }),
      ));
    await host.cache.set(name, { channel: posted.channel, ts: posted.ts }, memory);
    if (input.timeline && isFinished(run.status) && run.steps.length > 0) {
      const file = fileOf('timeline.png', 'image/png', await drawTimeline(run, host.now()));
      await shareFile({ file, title: `Timeline of ${run.name}`, channel, thread: posted.ts }, context);
    }
    return { id: posted.ts, channelId: posted.channel, updated: known !== undefined };
  },
});
