import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { boolean, json, text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { openSlack, postOnce, service } from './api.ts';
import { channelField, recipientId } from './channels.ts';
import type { SlackConnection } from './connection-fields.ts';
import { checkTextLength, readBlocks } from './message-limits.ts';
import { postedShape } from './posted-shape.ts';
import { messageTimestamp, threadField } from './thread.ts';
import { whether } from '../../host/wording.ts';

/**
 * Posts a message. Slack has no idempotency key, so an unconfirmed message is not retried.
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 */
export const sendMessage = defineAction<SlackConnection>()({
  key: 'sendMessage',
  name: 'Send Message',
  resource: 'Message',
  description: 'Sends a message to a channel or a user.',
  effect: 'unsafe',
  input: {
    channel: channelField,
    text: v.optional(
      text({
        label: 'Message Text',
        help: 'The text, with Slack’s formatting such as *bold*. If you also fill in Blocks, the text is shown only in notifications.',
        placeholder: 'Today’s claims are ready.',
        multiline: true,
      }),
    ),
    blocks: v.optional(
      json({
        label: 'Blocks',
        help: 'The message layout as JSON from the Block Kit Builder.',
        placeholder: '[{"type": "section", "text": {"type": "mrkdwn", "text": "*Ready*"}}]',
        multiline: true,
        advanced: true,
      }),
    ),
    thread: threadField,
    replyBroadcast: v.optional(
      boolean({
        label: 'Also Send to Channel',
        help: whether('also show a thread reply in the channel.'),
        advanced: true,
      }),
      false,
    ),
    unfurl: v.optional(
      boolean({
        label: 'Show Link Previews',
        help: whether('show previews of linked pages. If not set, Slack’s default applies.'),
        advanced: true,
      }),
    ),
  },
  output: {
    id: text({ label: 'Timestamp', help: 'Identifies the message in its channel; required to reply in its thread.' }),
    channelId: text({ label: 'Channel ID' }),
    text: v.optional(text({ label: 'Message Text' })),
    threadId: v.optional(text({ label: 'Thread' })),
    truncated: v.optional(
      boolean({ label: 'Truncated', help: 'Whether Slack truncated the message because it is too long.' }),
    ),
  },
  sample: { id: '1763625600.000100', channelId: 'C0123456789', text: 'Today’s claims are ready.' },
  async run(input, context) {
    const blocks = readBlocks(input.blocks);
    checkTextLength(input.text, 'Message Text');
    if (input.text === undefined && !blocks) {
      throw new PipewrightError({
        code: 'invalid-input',
        service,
        message: 'The message is empty.',
        hint: 'Fill in Message Text or Blocks.',
      });
    }
    const thread = input.thread === undefined ? undefined : messageTimestamp(input.thread, 'Thread');
    const channel = await recipientId(input.channel, context);
    const posted = await postOnce('the message', () =>
      openSlack(context).json('POST', '/chat.postMessage', postedShape, {
        json: {
          channel,
          text: input.text,
          blocks,
          thread_ts: thread,
          reply_broadcast: thread && input.replyBroadcast ? true : undefined,
          unfurl_links: input.unfurl,
          unfurl_media: input.unfurl,
        },
      }),
    );
    const truncated = [posted.warning ?? '', ...(posted.response_metadata?.warnings ?? [])].some((warning) =>
      /message_truncated/.test(warning),
    );
    if (truncated) context.host.log.warn('Slack truncated the message because it is too long.');
    return withoutUndefined({
      id: posted.ts,
      channelId: posted.channel,
      truncated: truncated || undefined,
      text: input.text,
      threadId: thread,
    });
  },
});
