import * as v from 'valibot';
import type { Host, IncomingFile } from '../../host/host.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { optionalField, idShape, displayText } from '../../http/response-schema.ts';
import { openApi } from '../../http/api.ts';
import { completeUrl } from '../../http/base-url.ts';
import type { Context } from '../../define/context.ts';
import { openSlack, postOnce, service, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';
import { countBytes, type CountedBytes } from './file-bytes.ts';

/** A file to share. */
export interface Share {
  file: IncomingFile;
  title: string;
  /** Conversation ID. */
  channel: string;
  comment?: string | undefined;
  /** Timestamp of the parent message. */
  thread?: string | undefined;
}

/** Uploads the bytes to Slack's upload URL. The URL itself is secret, and the token is not sent. */
async function sendBytes(host: Host, url: string, { open, length }: CountedBytes): Promise<void> {
  completeUrl(url, 'Upload URL');
  const api = openApi({ service, baseUrl: '', host, authorize: async () => ({}) });
  await api.send('POST', url, {
    bytes: { stream: open, length, mediaType: 'application/octet-stream' },
    effect: 'idempotent',
  });
}

/** A file with the given content. */
export function fileOf(name: string, mediaType: string, bytes: Uint8Array): IncomingFile {
  const open = async function* () {
    yield bytes;
  };
  return { name, mediaType, size: bytes.length, open: async () => open() };
}

/**
 * Uploads a file and shares it in three requests: get an upload URL, upload the bytes, share the file. Nothing is visible
 * before the last request, so the first two may be retried. Slack retired the older method files.upload in 2025.
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
      slackShape({ files: optionalField(v.array(v.object({ permalink: displayText }))) }),
      {
        json: { files: [{ id, title }], channel_id: channel, initial_comment: comment, thread_ts: thread },
      },
    ),
  );
  return withoutUndefined({ id, size: bytes.length, url: files?.[0]?.permalink || undefined });
}
