import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { IncomingFile } from '../../shared/src/host/host.ts';
import type { HttpResponse } from '../../shared/src/host/http.ts';
import type { Sender } from './http.ts';

/** The name that a sender gives a file in `Content-Disposition` (RFC 6266). */
function givenName(disposition: string | undefined): string | undefined {
  const encoded = /filename\*\s*=\s*[^']*'[^']*'([^;\s]+)/i.exec(disposition ?? '')?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition ?? '');
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch {
    // A name that is not encoded as it says is left aside for the plain one.
  }
  return plain?.[1] ?? plain?.[2];
}

function nameIn(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').pop() ?? '');
  } catch {
    return undefined;
  }
}

function lengthOf({ headers }: HttpResponse): number | undefined {
  const length = headers['content-length'];
  return length === undefined || headers['content-encoding'] !== undefined ? undefined : Number(length);
}

/**
 * Opens a file that Zapier hands over as an address. Its bytes are taken as they come.
 * @throws PipewrightError `bad-input` when the value is no address; `not-found` when nothing is there
 */
export async function readFile(sender: Sender, value: unknown): Promise<IncomingFile> {
  const url = typeof value === 'string' ? value.trim() : '';
  if (!/^https?:\/\//i.test(url)) {
    throw new PipewrightError({
      code: 'bad-input',
      message: 'The file field holds no file.',
      hint: 'Choose the File of an earlier step, or give the address of a file that starts with https://.',
    });
  }
  const fetchFile = async (): Promise<HttpResponse & { stream: Bytes }> => {
    const response = await sender.send({
      method: 'GET',
      url,
      headers: { 'accept-encoding': 'identity' },
      answer: 'stream',
    });
    if (response.status === 200 && response.stream) return { ...response, stream: response.stream };
    throw new PipewrightError({
      code: response.status === 404 || response.status === 410 ? 'not-found' : 'unavailable',
      message: `The file of the earlier step could not be fetched (status ${response.status}).`,
      hint: 'Files of a Zap are kept for a limited time: run the step that makes the file again.',
      status: response.status,
    });
  };
  const first = await fetchFile();
  const size = lengthOf(first);
  let unread: Bytes | undefined = first.stream;
  return {
    name: (givenName(first.headers['content-disposition']) || nameIn(url) || 'file').replace(/[/\\]/g, '_'),
    mediaType: first.headers['content-type'] ?? 'application/octet-stream',
    ...(size === undefined ? {} : { size }),
    async open() {
      const bytes = unread ?? (await fetchFile()).stream;
      unread = undefined;
      return bytes;
    },
  };
}
