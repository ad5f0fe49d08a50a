import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { fileOfAnswer } from '../../http/file-of-answer.ts';
import { defineDownload } from '../../define/download.ts';
import { integer, text } from '../../define/fields.ts';
import { openWebsite, service, websiteOf } from './api.ts';
import type { WebAddressConnection } from './connection-fields.ts';

/**
 * The complete address of a file of the website.
 * @throws PipewrightError `bad-input` when it is none, or lies elsewhere
 */
function addressOf(typed: string, connection: WebAddressConnection): URL {
  const website = websiteOf(connection);
  if (!URL.canParse(typed, `${website}/`))
    throw new PipewrightError({
      code: 'bad-input',
      service,
      message: '“File Address” is not an address.',
      hint: `It looks like ${website}/claims.csv.`,
    });
  const url = new URL(typed, `${website}/`);
  if (url.origin === website && !url.username && !url.password) return url;
  throw new PipewrightError({
    code: 'bad-input',
    service,
    message: `“File Address” does not lie at ${website}, from which the connection fetches files.`,
    hint: 'Correct the address, or choose a connection with its website.',
  });
}

/** The name that the sender gives the file (RFC 6266), else the last part of its address. */
function nameOf(url: URL, disposition: string | undefined): string {
  const encoded = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition ?? '')?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition ?? '');
  const last = url.pathname.split('/').pop() ?? '';
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return (encoded === undefined ? (plain?.[1] ?? plain?.[2]) : decode(encoded)) || decode(last) || 'file';
}

/**
 * Fetches a file by its address. What stands behind the question mark of the address may be secret, so it is told nowhere.
 * @see https://www.rfc-editor.org/rfc/rfc9110
 */
export const downloadFile = defineDownload<WebAddressConnection>()({
  key: 'downloadFile',
  name: 'Download File',
  resource: 'File',
  description: 'Downloads a file from its web address.',
  input: {
    address: text({
      label: 'File Address',
      help: 'The address of the file, at the website of the connection; or only what follows the name of the website.',
      placeholder: 'https://files.example.com/exports/claims.csv',
    }),
  },
  output: {
    address: text({ label: 'File Address' }),
    name: text({ label: 'File Name' }),
    size: v.optional(integer({ label: 'Size in Bytes' })),
  },
  sample: { address: 'https://files.example.com/exports/claims.csv', name: 'claims.csv', size: 12_511_200 },
  async open({ address }, context) {
    const url = addressOf(address, context.connection);
    const answer = await openWebsite(context).stream(`${url.pathname}${url.search}`);
    const opened = fileOfAnswer(answer, nameOf(url, answer.headers['content-disposition']));
    return {
      ...opened,
      details: {
        address: `${url.origin}${url.pathname}`,
        name: opened.name,
        ...(opened.size === undefined ? {} : { size: opened.size }),
      },
    };
  },
});
