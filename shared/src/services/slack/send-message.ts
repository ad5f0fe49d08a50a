import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { boolean, json, text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { openSlack, postOnce, service } from './api.ts';
import { channelField, recipientId } from './channels.ts';
import type { SlackConnection } from './connection-fields.ts';
import { checkTextLength, readBlocks } from './message-limits.ts';
import { postedShape } from './posted-shape.ts';
import { messageTimestamp, threadField } from './thread.ts';

/**
 * Posts a message. Slack has no key against posting twice, so a lost answer is not followed by a second try.
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 */
export const sendMessage = defineAction<SlackConnection>()({
  key: 'sendMessage',
  name: 'Send Message',
  resource: 'Message',
  description: 'Posts a message to a channel or to a person.',
  effect: 'unsafe',
  input: {
    channel: channelField,
    text: v.optional(
      text({
        label: 'Text',
        help: 'What the message says, with Slack’s formatting such as *bold*. With blocks it is what notifications show.',
        placeholder: 'The claims of today are ready.',
        multiline: true,
      }),
    ),
    blocks: v.optional(
      json({
        label: 'Blocks',
        help: 'A rich layout as the Block Kit Builder makes it, in JSON.',
        placeholder: '[{"type": "section", "text": {"type": "mrkdwn", "text": "*Ready*"}}]',
        multiline: true,
        advanced: true,
      }),
    ),
    thread: threadField,
    replyBroadcast: v.optional(
      boolean({
        label: 'Also Send to Channel',
        help: 'Whether an answer in a thread is shown in the channel too.',
        advanced: true,
      }),
      false,
    ),
    unfurl: v.optional(
      boolean({
        label: 'Show Previews of Links',
        help: 'Whether Slack shows previews of linked pages. Empty: as Slack decides.',
        advanced: true,
      }),
    ),
  },
  output: {
    id: text({ label: 'Timestamp', help: 'Identifies the message in its channel; answers in its thread need it.' }),
    channelId: text({ label: 'Channel ID' }),
    text: v.optional(text({ label: 'Text' })),
    threadId: v.optional(text({ label: 'Thread' })),
    truncated: v.optional(
      boolean({ label: 'Truncated', help: 'True if Slack cut the message because it is too long.' }),
    ),
  },
  sample: { id: '1763625600.000100', channelId: 'C0123456789', text: 'The claims of today are ready.' },
  async run(input, context) {
    const blocks = readBlocks(input.blocks);
    const { text: said } = input;
    checkTextLength(said, 'Text');
    if (said === undefined && !blocks) {
      throw new PipewrightError({
        code: 'bad-input',
        service,
        message: 'The message is empty.',
        hint: 'Fill in “Text” or “Blocks”.',
      });
    }
    const thread = input.thread === undefined ? undefined : messageTimestamp(input.thread, 'Thread');
    const channel = await recipientId(input.channel, context);
    const posted = await postOnce('the message', () =>
      openSlack(context).json('POST', '/chat.postMessage', postedShape, {
        json: {
          channel,
          text: said,
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
    if (truncated) context.host.log.warn('Slack cut the message because it is too long.');
    return {
      id: posted.ts,
      channelId: posted.channel,
      ...(truncated ? { truncated } : {}),
      ...(said === undefined ? {} : { text: said }),
      ...(thread === undefined ? {} : { threadId: thread }),
    };
  },
});
