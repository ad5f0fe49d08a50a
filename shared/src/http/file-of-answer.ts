import type { OpenedFile } from '../host/host.ts';
import { lengthOf, type Streamed } from './resume-download.ts';

/** Media types by the ending of a name, for senders that call every file by the same type. */
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

/** What a sender says when it says nothing. */
const anything = /^(application|binary)\/octet-stream\b/i;

/**
 * The body of an answer as a file, with its length where the sender tells it.
 * @param name what it is called; folders before it are left out
 */
export function fileOfAnswer(answer: Streamed, name: string): OpenedFile {
  const own = name.split(/[/\\]/).pop() || 'file';
  const told = answer.headers['content-type'];
  const mediaType =
    told === undefined || anything.test(told) ? mediaTypes[own.split('.').pop()?.toLowerCase() ?? ''] : undefined;
  const size = lengthOf(answer);
  return {
    name: own,
    mediaType: mediaType ?? told ?? 'application/octet-stream',
    bytes: answer.stream,
    ...(size === undefined ? {} : { size }),
  };
}
