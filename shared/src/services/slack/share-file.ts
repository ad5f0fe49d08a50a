import * as v from 'valibot';
import type { Host, IncomingFile } from '../../host/host.ts';
import { given, idShape, shownText } from '../../http/answer-shape.ts';
import { openApi } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import type { Context } from '../../define/context.ts';
import { openSlack, postOnce, service, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';
import { countBytes, type CountedBytes } from './file-bytes.ts';

/** A file that is shared, and where. */
export interface Share {
  file: IncomingFile;
  title: string;
  /** The ID of a conversation. */
  channel: string;
  comment?: string | undefined;
  /** Timestamp of the first message of a thread. */
  thread?: string | undefined;
}

/** Sends the bytes to the address that Slack gave, which is secret by itself; the token is not sent along. */
async function sendBytes(host: Host, url: string, { open, length }: CountedBytes): Promise<void> {
  baseUrl(url, 'Upload Address');
  const api = openApi({ service, baseUrl: '', host, authorize: async () => ({}) });
  await api.send('POST', url, {
    bytes: { stream: open, length, mediaType: 'application/octet-stream' },
    effect: 'idempotent',
  });
}

/** Bytes as a file. */
export function fileOf(name: string, mediaType: string, bytes: Uint8Array): IncomingFile {
  const open = async function* () {
    yield bytes;
  };
  return { name, mediaType, size: bytes.length, open: async () => open() };
}

/**
 * Uploads a file and shares it: asks where to, sends the bytes there, then says which channel gets it. Up to the last step
 * nobody sees anything, so the first ones may be repeated. The older method files.upload ended in 2025.
 * @see https://docs.slack.dev/messaging/working-with-files#upload
 */
export async function shareFile(
  { file, title, channel, comment, thread }: Share,
  context: Context<SlackConnection>,
): Promise<{ id: string; size: number; url?: string }> {
  const bytes = await countBytes(file);
  const api = openSlack(context);
  const form = { filename: file.name, length: String(bytes.length) };
  const { upload_url: url, file_id: id } = await api.json(
    'POST',
    '/files.getUploadURLExternal',
    slackShape({ upload_url: v.string(), file_id: idShape }),
    { form, effect: 'idempotent' },
  );
  await sendBytes(context.host, url, bytes);
  const { files } = await postOnce('the file', () =>
    api.json(
      'POST',
      '/files.completeUploadExternal',
      slackShape({ files: given(v.array(v.object({ permalink: shownText }))) }),
      {
        json: { files: [{ id, title }], channel_id: channel, initial_comment: comment, thread_ts: thread },
      },
    ),
  );
  const page = files?.[0]?.permalink;
  return { id, size: bytes.length, ...(page ? { url: page } : {}) };
}
