import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { fileNameOf, responseFile } from '../../http/response-file.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { openWebsite, service, websiteOf } from './api.ts';
import type { WebAddressConnection } from './connection-fields.ts';

/**
 * Resolves the URL of a file.
 * @throws PipewrightError `invalid-input` if it is invalid or on another website
 */
function fileUrl(input: string, connection: WebAddressConnection): URL {
  const website = websiteOf(connection);
  if (!URL.canParse(input, `${website}/`))
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: '“File URL” is not a valid URL.',
      hint: `Enter a URL such as ${website}/claims.csv.`,
    });
  const url = new URL(input, `${website}/`);
  if (url.origin === website && !url.username && !url.password) return url;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `“File URL” is not on ${website}.`,
    hint: {
      n8n: 'Correct the URL, or select a credential for its website.',
      zapier: 'Correct the URL, or select a connection for its website.',
    },
  });
}

/**
 * Downloads a file by URL. The query may contain secrets, so it is never reported.
 * @see https://www.rfc-editor.org/rfc/rfc9110
 */
export const downloadFile = defineDownload<WebAddressConnection>()({
  key: 'downloadFile',
  name: 'Download File',
  resource: 'File',
  description: 'Downloads a file from a website.',
  input: {
    url: text({
      label: 'File URL',
      help: 'URL of the file, or its path relative to the configured base URL, e.g. /exports/claims.csv.',
      placeholder: 'https://files.example.com/exports/claims.csv',
    }),
  },
  output: {
    url: text({ label: 'File URL' }),
    name: text({ label: 'File Name' }),
    size: v.optional(integer({ label: 'Size (Bytes)' })),
  },
  sample: { url: 'https://files.example.com/exports/claims.csv', name: 'claims.csv', size: 12_511_200 },
  async open(input, context) {
    const url = fileUrl(input.url, context.connection);
    const answer = await openWebsite(context).stream(`${url.pathname}${url.search}`);
    const opened = responseFile(answer, fileNameOf(url, answer.headers));
    return {
      ...opened,
      details: {
        url: `${url.origin}${url.pathname}`,
        name: opened.name,
        ...withoutUndefined({ size: opened.size }),
      },
    };
  },
});
