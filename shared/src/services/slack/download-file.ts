import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { optionalField, idShape, displayField, displayText, type Parsed } from '../../http/response-schema.ts';
import { openApi } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import { responseFile } from '../../http/response-file.ts';
import type { Context } from '../../define/context.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { openSlack, service, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';

const fileShape = v.object({
  id: idShape,
  name: optionalField(v.string()),
  title: optionalField(v.string()),
  mimetype: optionalField(v.string()),
  size: displayField(v.pipe(v.number(), v.integer())),
  /** `hosted`, `external`, `snippet`, `tombstone`, `hidden_by_limit`, … */
  mode: optionalField(v.string()),
  is_external: optionalField(v.boolean()),
  url_private: optionalField(v.string()),
  url_private_download: optionalField(v.string()),
  permalink: displayText,
});

/** A file, with the fields used here. */
type VendorFile = Parsed<typeof fileShape>;

/** Files without content, by mode. */
const unavailable: Record<string, { message: string; hint: string }> = {
  external: {
    message: 'The file is not stored in Slack; Slack only links to it.',
    hint: 'Download it from its original location.',
  },
  tombstone: { message: 'The file was deleted.', hint: 'Choose another file.' },
  hidden_by_limit: {
    message: 'The file is hidden because it exceeds the limits of the workspace’s plan.',
    hint: 'Choose a newer file, or upgrade the plan.',
  },
};

function rejectUnavailable({ mode = '', is_external: external }: VendorFile): void {
  const reason = external ? unavailable['external'] : unavailable[mode];
  if (reason) throw new PipewrightError({ code: 'invalid-input', service, ...reason });
}

/**
 * The download URL. It must be on a Slack host, because the token is sent to it.
 * @throws PipewrightError `unexpected-response` for any other host
 */
function downloadUrl(
  { url_private_download: download, url_private: page }: VendorFile,
  { address }: SlackConnection,
): string {
  const url = download ?? page ?? '';
  const api = new URL(baseUrl(address, 'API URL'));
  const hosts = [api.host, `files.${api.host}`];
  if (URL.canParse(url) && hosts.includes(new URL(url).host) && new URL(url).protocol === api.protocol) return url;
  throw new PipewrightError({
    code: 'unexpected-response',
    service,
    message:
      url === ''
        ? 'Slack returned no download URL for the file.'
        : 'The download URL is not on a Slack host, so the token was not sent to it.',
    hint: {
      n8n: 'Check the API URL in the credential, and that the file was uploaded to Slack.',
      zapier: 'Check the API URL in the connection, and that the file was uploaded to Slack.',
    },
  });
}

/** Without access to a file, Slack returns its login page with status 200. */
function rejectLoginPage(mediaType: string, file: VendorFile): void {
  if (!/^text\/html\b/i.test(mediaType) || /html/i.test(`${file.mimetype} ${file.name}`)) return;
  throw new PipewrightError({
    code: 'forbidden',
    service,
    message: 'Slack returned its login page instead of the file.',
    hint: 'Add the scope files:read under OAuth & Permissions of the Slack app, then reinstall the app.',
  });
}

/** Opens the download. The token is not sent along on redirects to other hosts. */
async function openBytes(file: VendorFile, context: Context<SlackConnection>) {
  const url = downloadUrl(file, context.connection);
  const api = openApi({
    service,
    baseUrl: '',
    host: context.host,
    authorize: async () => ({ authorization: `Bearer ${context.connection.botToken.trim()}` }),
  });
  return api.stream(url, { headers: { accept: '*/*' } });
}

/**
 * Downloads a file from Slack.
 * @see https://docs.slack.dev/reference/methods/files.info
 * @see https://docs.slack.dev/reference/objects/file-object
 */
export const downloadFile = defineDownload<SlackConnection>()({
  key: 'downloadFile',
  name: 'Download File',
  resource: 'File',
  description: 'Downloads a file from Slack.',
  input: {
    file: text({
      label: 'File ID',
      help: 'The file ID (F…), or a link to the file (Copy link in Slack). The bot must be a member of a channel where the file is shared.',
      placeholder: 'F0123456789',
      idFromUrl: {
        pattern: /\/(?:files\/[^/]+\/|files-pri\/[^/]+-)(F[A-Z0-9]+)/,
        example: 'https://contoso.slack.com/files/U0123456789/F0123456789/claims.csv',
      },
    }),
  },
  output: {
    id: text({ label: 'File ID' }),
    name: text({ label: 'File Name' }),
    title: text({ label: 'Title' }),
    size: v.optional(integer({ label: 'Size (Bytes)' })),
    url: v.optional(text({ label: 'File URL' })),
  },
  sample: {
    id: 'F0123456789',
    name: 'claims.csv',
    title: 'Claims for November 20',
    size: 48_213,
    url: 'https://contoso.slack.com/files/U0123456789/F0123456789/claims.csv',
  },
  async open(input, context) {
    const { file } = await openSlack(context).json('GET', '/files.info', slackShape({ file: fileShape }), {
      query: { file: input.file },
    });
    rejectUnavailable(file);
    const name = file.name || file.title || file.id;
    const opened = responseFile(await openBytes(file, context), name);
    rejectLoginPage(opened.mediaType, file);
    return {
      ...opened,
      details: withoutUndefined({
        id: file.id,
        name,
        title: file.title || name,
        size: file.size,
        url: file.permalink || undefined,
      }),
    };
  },
});
