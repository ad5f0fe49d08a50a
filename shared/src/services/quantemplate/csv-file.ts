import { withoutUndefined } from '../../host/without-undefined.ts';
import type { OpenedFile } from '../../host/host.ts';
import type { Api, Call } from '../../http/api.ts';
import { lengthOf } from '../../http/resume-download.ts';

/** Opens a CSV file as a stream. A response without content (204) is an empty file. */
export async function openCsv(
  api: Api,
  path: string,
  name: string,
  query: Call['query'] = {},
): Promise<OpenedFile & { empty: boolean }> {
  const answer = await api.stream(path, { query, headers: { accept: 'text/csv' } });
  const length = lengthOf(answer);
  return {
    name: `${name.replace(/[^\w.() -]+/g, '_')}.csv`,
    mediaType: 'text/csv',
    bytes: answer.stream,
    empty: answer.status === 204 || length === 0,
    ...withoutUndefined({ size: length }),
  };
}
