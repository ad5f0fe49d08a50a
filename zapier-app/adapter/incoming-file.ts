import { PipewrightError } from '../../shared/src/host/error.ts';
import type { Bytes } from '../../shared/src/host/bytes.ts';
import type { IncomingFile } from '../../shared/src/host/host.ts';
import type { HttpResponse } from '../../shared/src/host/http.ts';
import type { Sender } from './http.ts';

/** The file name in `Content-Disposition` (RFC 6266). */
function givenName(disposition: string | undefined): string | undefined {
  const encoded = /filename\*\s*=\s*[^']*'[^']*'([^;\s]+)/i.exec(disposition ?? '')?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition ?? '');
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch {
    // Fall back to the plain name if the encoded one is invalid.
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
 * Opens a file that Zapier passes as a URL. Its bytes are streamed.
 * @throws PipewrightError `invalid-input` when the value is not a URL; `not-found` when the file does not exist
 */
export async function readFile(sender: Sender, value: unknown): Promise<IncomingFile> {
  const url = typeof value === 'string' ? value.trim() : '';
  if (!/^https?:\/\//i.test(url)) {
    throw new PipewrightError({
      code: 'invalid-input',
      message: 'The file field does not contain a file.',
      hint: 'Map the File field of a previous step, or enter the URL of a file that starts with https://.',
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
      message: `The file of the previous step could not be downloaded (status ${response.status}).`,
      hint: 'Zapier keeps files for a limited time. Run the step that creates the file again.',
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
