import * as v from 'valibot';
import { file, integer, option, text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Host, IncomingFile } from '../../host/host.ts';
import { service } from './api.ts';
import { channelField, conversationId } from './channels.ts';
import type { SlackConnection } from './connection-fields.ts';
import { checkTextLength } from './message-limits.ts';
import { fileOf, shareFile } from './share-file.ts';
import { messageTimestamp, threadField } from './thread.ts';

/** What is uploaded: a file of an earlier step, or text. */
async function contentOf(
  {
    from,
    file: given,
    content,
    fileName,
  }: { from: string; file?: unknown; content?: string | undefined; fileName: string },
  host: Host,
): Promise<IncomingFile> {
  const chosen = from === 'text' ? content : given;
  if (chosen === undefined) {
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: `“${from === 'text' ? 'Text' : 'File'}” is missing.`,
      hint: 'Fill it in, or choose the other under “Content From”.',
    });
  }
  if (from !== 'text') return host.files.read(chosen);
  return fileOf(fileName, 'text/plain', Buffer.from(String(chosen), 'utf8'));
}

/**
 * Uploads a file and shares it.
 * @see https://docs.slack.dev/messaging/working-with-files#upload
 */
export const uploadFile = defineAction<SlackConnection>()({
  key: 'uploadFile',
  name: 'Upload File',
  resource: 'File',
  description: 'Uploads a file and shares it in a channel or with a person.',
  effect: 'unsafe',
  input: {
    channel: channelField,
    from: v.optional(
      option(
        [
          { value: 'file', label: 'A File of an Earlier Step' },
          { value: 'text', label: 'Text' },
        ],
        { label: 'Content From', help: 'A file that an earlier step gave, or text that becomes a file.' },
      ),
      'file',
    ),
    file: v.optional(
      file({
        label: 'File',
        help: 'The file to share. Where its length is not known beforehand, it may have 50 MB at most.',
        shownWhen: { field: 'from', is: ['file'] },
      }),
    ),
    content: v.optional(
      text({
        label: 'Text',
        help: 'What the file holds: a report, or a table with commas between its values.',
        placeholder: 'step,status',
        multiline: true,
        shownWhen: { field: 'from', is: ['text'] },
      }),
    ),
    fileName: v.optional(
      text({
        label: 'File Name',
        help: 'Its ending says how Slack shows the file: .txt, .csv, .md.',
        placeholder: 'report.csv',
        shownWhen: { field: 'from', is: ['text'] },
      }),
      'report.txt',
    ),
    comment: v.optional(
      text({
        label: 'Comment',
        help: 'What the message with the file says.',
        placeholder: 'The claims of today.',
        multiline: true,
      }),
    ),
    title: v.optional(
      text({
        label: 'Title',
        help: 'What stands above the file. Empty: its name.',
        placeholder: 'Claims of 20 November',
        advanced: true,
      }),
    ),
    thread: threadField,
  },
  output: {
    id: text({ label: 'File ID' }),
    name: text({ label: 'File Name' }),
    title: text({ label: 'Title' }),
    size: integer({ label: 'Size in Bytes' }),
    channelId: text({ label: 'Channel ID' }),
    url: v.optional(text({ label: 'Page of the File' })),
  },
  sample: {
    id: 'F0123456789',
    name: 'claims.csv',
    title: 'Claims of 20 November',
    size: 48213,
    channelId: 'C0123456789',
    url: 'https://contoso.slack.com/files/U0123456789/F0123456789/claims.csv',
  },
  async run(input, context) {
    const thread = input.thread === undefined ? undefined : messageTimestamp(input.thread, 'Thread');
    checkTextLength(input.comment, 'Comment');
    const file = await contentOf(input, context.host);
    const channel = await conversationId(input.channel, context);
    const title = input.title ?? file.name;
    const shared = await shareFile({ file, title, channel, comment: input.comment, thread }, context);
    return { ...shared, name: file.name, title, channelId: channel };
  },
});
