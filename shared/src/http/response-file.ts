import type { OpenedFile } from '../host/host.ts';
import type { Headers } from '../host/http.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { lengthOf, type Streamed } from './resume-download.ts';

/** Media types by file extension, for senders that use one type for every file. */
const mediaTypes: Record<string, string> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
  zip: 'application/zip',
  gz: 'application/gzip',
};

/** The type of senders that do not know the type. */
const unspecific = /^(application|binary)\/octet-stream\b/i;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The file name in `Content-Disposition` (RFC 6266), or else the last segment of the URL. */
export function fileNameOf(url: URL, headers: Headers): string {
  const disposition = headers['content-disposition'] ?? '';
  const encoded = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition);
  const given = encoded === undefined ? (plain?.[1] ?? plain?.[2]) : decoded(encoded);
  return given || decoded(url.pathname.split('/').pop() ?? '') || 'file';
}

/**
 * The body of a response as a file, with its size if the sender reports it.
 * @param name name of the file; folders are removed
 */
export function responseFile(answer: Streamed, name: string): OpenedFile {
  const fileName = name.split(/[/\\]/).pop() || 'file';
  const contentType = answer.headers['content-type'];
  const mediaType =
    contentType === undefined || unspecific.test(contentType)
      ? mediaTypes[fileName.split('.').pop()?.toLowerCase() ?? '']
      : undefined;
  return withoutUndefined({
    name: fileName,
    mediaType: mediaType ?? contentType ?? 'application/octet-stream',
    bytes: answer.stream,
    size: lengthOf(answer),
  });
}
