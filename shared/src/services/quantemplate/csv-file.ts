import type { OpenedFile } from '../../host/host.ts';
import type { Api, Call } from '../../http/api.ts';

/** Asks for a CSV and gives its bytes as they come; what Quantemplate calls "no content" is an empty file. */
export async function openCsv(
  api: Api,
  path: string,
  name: string,
  query: Call['query'] = {},
): Promise<OpenedFile & { empty: boolean }> {
  const { status, headers, stream } = await api.stream(path, { query, headers: { accept: 'text/csv' } });
  const length = headers['content-encoding'] === undefined ? Number(headers['content-length'] ?? NaN) : NaN;
  return {
    name: `${name.replace(/[^\w.() -]+/g, '_')}.csv`,
    mediaType: 'text/csv',
    bytes: stream,
    empty: status === 204 || length === 0,
    ...(Number.isSafeInteger(length) ? { size: length } : {}),
  };
}
