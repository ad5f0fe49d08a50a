import * as v from 'valibot';
import { file, integer, text } from '../../operations/fields.ts';
import { defineAction } from '../../operations/operation.ts';
import { openApi } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Host } from '../../host/host.ts';
import { openSlack, postOnce, service } from './api.ts';
import { channelField, conversationId } from './channels.ts';
import type { SlackConnection } from './connection.ts';
import { countBytes, type CountedBytes } from './file-bytes.ts';
import { threadField, threadTimestamp } from './thread.ts';

/** Sends the bytes to the address that Slack gave, which is secret by itself; the token is not sent along. */
async function sendBytes(host: Host, url: string, { open, length }: CountedBytes): Promise<void> {
  baseUrl(url, 'Upload Address');
  const api = openApi({ service, baseUrl: '', host, authorize: async () => ({}) });
  const mediaType = 'application/octet-stream';
  await api.send('POST', url, { bytes: { stream: open, length, mediaType }, effect: 'idempotent' });
}

/**
 * Uploads a file and shares it: asks where to, sends the bytes there, then says which channel gets it. Up to the last step
 * nobody sees anything, so the first ones may be repeated. The older method files.upload ended in 2025.
 * @see https://docs.slack.dev/messaging/working-with-files#upload
 */
export const uploadFile = defineAction<SlackConnection>()({
  key: 'uploadFile',
  name: 'Upload File',
  resource: 'File',
  description: 'Uploads a file and shares it in a channel or with a person.',
  effect: 'starts work',
  input: {
    channel: channelField,
    file: file({
      label: 'File',
      help: 'The file to share. Where its length is not known beforehand, it may have 50 MB at most.',
    }),
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
    const { host } = context;
    const thread = input.thread === undefined ? undefined : threadTimestamp(input.thread);
    const incoming = await host.files.read(input.file);
    const bytes = await countBytes(incoming);
    const channel = await conversationId(input.channel, context);
    const api = openSlack(context);
    const { upload_url: url, file_id: id } = await api.json<{ upload_url: string; file_id: string }>(
      'POST',
      '/files.getUploadURLExternal',
      { form: { filename: incoming.name, length: String(bytes.length) }, effect: 'idempotent' },
    );
    await sendBytes(host, url, bytes);
    const title = input.title ?? incoming.name;
    const { files } = await postOnce('the file', () =>
      api.json<{ files?: { permalink?: string }[] }>('POST', '/files.completeUploadExternal', {
        json: { files: [{ id, title }], channel_id: channel, initial_comment: input.comment, thread_ts: thread },
      }),
    );
    const page = files?.[0]?.permalink;
    return { id, name: incoming.name, title, size: bytes.length, channelId: channel, ...(page ? { url: page } : {}) };
  },
});
