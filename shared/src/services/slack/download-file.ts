import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { given, idShape, shown, shownText, type Answered } from '../../http/answer-shape.ts';
import { openApi } from '../../http/api.ts';
import { baseUrl } from '../../http/base-url.ts';
import { fileOfAnswer } from '../../http/file-of-answer.ts';
import type { Context } from '../../define/context.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { openSlack, service, slackShape } from './api.ts';
import type { SlackConnection } from './connection-fields.ts';

const fileShape = v.object({
  id: idShape,
  name: given(v.string()),
  title: given(v.string()),
  mimetype: given(v.string()),
  size: shown(v.pipe(v.number(), v.integer())),
  /** `hosted`, `external`, `snippet`, `tombstone`, `hidden_by_limit`, … */
  mode: given(v.string()),
  is_external: given(v.boolean()),
  url_private: given(v.string()),
  url_private_download: given(v.string()),
  permalink: shownText,
});

/** A file as Slack describes it, as far as it is read here. */
type VendorFile = Answered<typeof fileShape>;

/** Why there are no bytes of a file. */
const without: Record<string, { message: string; hint: string }> = {
  external: { message: 'The file does not lie at Slack; Slack only links to it', hint: 'Fetch it from where it lies.' },
  tombstone: { message: 'The file was deleted', hint: 'Choose another file.' },
  hidden_by_limit: {
    message: 'The file is older than what the plan of the workspace shows',
    hint: 'Choose a newer file, or another plan.',
  },
};

function refuse({ mode = '', is_external: external }: VendorFile): void {
  const reason = external ? without['external'] : without[mode];
  if (reason)
    throw new PipewrightError({ code: 'bad-input', service, message: `${reason.message}.`, hint: reason.hint });
}

/**
 * The address of the bytes, at a host of Slack: the token is sent to no other.
 * @throws PipewrightError `unexpected-answer`
 */
function addressOf(
  { url_private_download: download, url_private: page }: VendorFile,
  { address }: SlackConnection,
): string {
  const url = download ?? page ?? '';
  const own = new URL(baseUrl(address, 'Address'));
  const hosts = [own.host, `files.${own.host}`];
  if (URL.canParse(url) && hosts.includes(new URL(url).host) && new URL(url).protocol === own.protocol) return url;
  throw new PipewrightError({
    code: 'unexpected-answer',
    service,
    message:
      url === ''
        ? 'Slack gives no address of the file.'
        : 'The file does not lie at a host of Slack, so the token is not sent there.',
    hint: 'Check the address in the connection, and that the file was uploaded to Slack.',
  });
}

/** Slack shows its log-in page, with status 200, to who may not see a file. */
function refuseLogin(mediaType: string, file: VendorFile): void {
  if (!/^text\/html\b/i.test(mediaType) || /html/i.test(`${file.mimetype} ${file.name}`)) return;
  throw new PipewrightError({
    code: 'forbidden',
    service,
    message: 'Slack sent its log-in page in place of the file.',
    hint: 'Add the scope files:read under OAuth & Permissions of the Slack app and install the app again.',
  });
}

/** The bytes of a file, with the token as long as the way stays at Slack. */
async function openBytes(file: VendorFile, context: Context<SlackConnection>) {
  const url = addressOf(file, context.connection);
  const api = openApi({
    service,
    baseUrl: '',
    host: context.host,
    authorize: async () => ({ authorization: `Bearer ${context.connection.botToken.trim()}` }),
  });
  return api.stream(url, { headers: { accept: '*/*' } });
}

/**
 * Fetches a file that was shared in Slack.
 * @see https://docs.slack.dev/reference/methods/files.info
 * @see https://docs.slack.dev/reference/objects/file-object
 */
export const downloadFile = defineDownload<SlackConnection>()({
  key: 'downloadFile',
  name: 'Download File',
  resource: 'File',
  description: 'Downloads a file that was shared in Slack.',
  input: {
    file: text({
      label: 'File ID',
      help: 'The ID of the file, which begins with F, or the link of the file (Copy Link in Slack). The bot must be in a channel with it, and needs the scope files:read.',
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
    size: v.optional(integer({ label: 'Size in Bytes' })),
    url: v.optional(text({ label: 'Page of the File' })),
  },
  sample: {
    id: 'F0123456789',
    name: 'claims.csv',
    title: 'Claims of 20 November',
    size: 48_213,
    url: 'https://contoso.slack.com/files/U0123456789/F0123456789/claims.csv',
  },
  async open(input, context) {
    const { file } = await openSlack(context).json('GET', '/files.info', slackShape({ file: fileShape }), {
      query: { file: input.file },
    });
    refuse(file);
    const name = file.name || file.title || file.id;
    const opened = fileOfAnswer(await openBytes(file, context), name);
    refuseLogin(opened.mediaType, file);
    return {
      ...opened,
      details: {
        id: file.id,
        name,
        title: file.title || name,
        ...(file.size === undefined ? {} : { size: file.size }),
        ...(file.permalink ? { url: file.permalink } : {}),
      },
    };
  },
});
