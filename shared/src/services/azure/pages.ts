import type { Api } from '../../http/api.ts';
import type { HttpRequest } from '../../host/http.ts';
import type { QueryPage } from './pipelines/pipeline-run.ts';

/** Every entry of a list that Azure gives in pages with `nextLink`, up to `most`. */
export async function readAll<T>(api: Api, path: string, version: string, most = 1000): Promise<T[]> {
  const entries: T[] = [];
  let next: string | undefined = path;
  let query: Record<string, string> = { 'api-version': version };
  while (next !== undefined && entries.length < most) {
    const page: { value: T[]; nextLink?: string } = await api.json('GET', next, { query });
    entries.push(...page.value);
    next = page.nextLink;
    query = {};
  }
  return entries;
}

/** Every entry of a query, whose continuation token goes back in the body, up to `most`. */
export async function queryAll<T>(
  api: Api,
  method: HttpRequest['method'],
  path: string,
  version: string,
  body: object,
  most = 1000,
): Promise<T[]> {
  const entries: T[] = [];
  let continuationToken: string | undefined;
  do {
    const json: object = continuationToken === undefined ? body : { ...body, continuationToken };
    const page: QueryPage<T> = await api.json(method, path, {
      query: { 'api-version': version },
      json,
      effect: 'reads',
    });
    entries.push(...page.value);
    continuationToken = page.continuationToken;
  } while (continuationToken && entries.length < most);
  return entries;
}
