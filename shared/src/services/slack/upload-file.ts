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

/** The file to upload, or text as a file. */
async function contentOf(
  {
    from,
    file: inputFile,
    content,
    fileName,
  }: { from: string; file?: unknown; content?: string | undefined; fileName: string },
  host: Host,
): Promise<IncomingFile> {
  const chosen = from === 'text' ? content : inputFile;
  if (chosen === undefined) {
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `“${from === 'text' ? 'Text' : 'File'}” is empty.`,
      hint: 'Fill it in, or change Content Source.',
    });
  }
  if (from !== 'text') return host.files.read(chosen);
  return fileOf(fileName, 'text/plain', Buffer.from(String(chosen), 'utf8'));
}

/**
 * Uploads a file and shares it in a channel.
 * @see https://docs.slack.dev/messaging/working-with-files#upload
 */
export const uploadFile = defineAction<SlackConnection>()({
  key: 'uploadFile',
  name: 'Upload File',
  resource: 'File',
  description: 'Uploads a file and shares it in a channel or with a user.',
  effect: 'unsafe',
  input: {
    channel: channelField,
    from: v.optional(
      option(
        [
          {
            value: 'file',
            label: { n8n: 'Binary File', zapier: 'File From Previous Step' },
            description: 'File from a previous step',
          },
          { value: 'text', label: 'Text', description: 'Create a text file' },
        ],
        { label: 'Content Source', help: 'Upload a file, or create one from text.' },
      ),
      'file',
    ),
    file: v.optional(
      file({
        label: 'File',
        help: 'The file to upload. Files of unknown size are limited to 50 MB.',
        shownWhen: { field: 'from', is: ['file'] },
        requiredWhenShown: true,
      }),
    ),
    content: v.optional(
      text({
        label: 'Text',
        help: 'The content of the file, such as a report or CSV.',
        placeholder: 'step,status',
        multiline: true,
        shownWhen: { field: 'from', is: ['text'] },
        requiredWhenShown: true,
      }),
    ),
    fileName: v.optional(
      text({
        label: 'File Name',
        help: 'The extension, such as .txt, .csv or .md, determines how Slack displays the file.',
        placeholder: 'report.csv',
        shownWhen: { field: 'from', is: ['text'] },
      }),
      'report.txt',
    ),
    comment: v.optional(
      text({
        label: 'Initial Comment',
        help: 'The message text to post with the file.',
        placeholder: 'Today’s claims',
        multiline: true,
      }),
    ),
    title: v.optional(
      text({
        label: 'Title',
        help: 'The title shown above the file. Leave empty to use the file name.',
        placeholder: 'Claims for November 20',
        advanced: true,
      }),
    ),
    thread: threadField,
  },
  output: {
    id: text({ label: 'File ID' }),
    name: text({ label: 'File Name' }),
    title: text({ label: 'Title' }),
    size: integer({ label: 'Size (Bytes)' }),
    channelId: text({ label: 'Channel ID' }),
    url: v.optional(text({ label: 'File URL' })),
  },
  sample: {
    id: 'F0123456789',
    name: 'claims.csv',
    title: 'Claims for November 20',
    size: 48213,
    channelId: 'C0123456789',
    url: 'https://contoso.slack.com/files/U0123456789/F0123456789/claims.csv',
  },
  async run(input, context) {
    const thread = input.thread === undefined ? undefined : messageTimestamp(input.thread, 'Thread');
    checkTextLength(input.comment, 'Initial Comment');
    const file = await contentOf(input, context.host);
    const channel = await conversationId(input.channel, context);
    const title = input.title ?? file.name;
    const shared = await shareFile({ file, title, channel, comment: input.comment, thread }, context);
    return { ...shared, name: file.name, title, channelId: channel };
  },
});
