import * as v from 'valibot';
import { given, type Answered, type AnswerShape } from '../../http/answer-shape.ts';
import type { Api } from '../../http/api.ts';
import { readAllPages } from '../../http/read-pages.ts';
import type { HttpRequest } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';

/** A list of the API. */
export interface AzureList<S extends AnswerShape> {
  /** Display name of the service, for errors. */
  service: string;
  path: string;
  /** API version. */
  version: string;
  /** Schema of an entry. */
  entry: S;
}

/**
 * Reads all entries of a list with `nextLink` paging. The link must stay on the origin of the API, because the token is sent to
 * it.
 * @see https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#collections
 */
export function readAll<S extends AnswerShape>(
  api: Api,
  { service, path, version, entry }: AzureList<S>,
): Promise<Answered<S>[]> {
  const shape = v.object({ value: v.array(entry), nextLink: given(v.string()) });
  return readAllPages<Answered<S>>(service, async (next) => {
    const { value, nextLink } = await api.json('GET', next ?? path, shape, {
      query: next === undefined ? { 'api-version': version } : {},
    });
    return { entries: value, next: nextLink };
  });
}

/**
 * Reads all entries of a query with continuation tokens in the body.
 * @param enough number of entries after which reading stops
 */
export function queryAll<S extends AnswerShape>(
  api: Api,
  method: HttpRequest['method'],
  { service, path, version, entry }: AzureList<S>,
  body: object,
  enough?: number,
): Promise<Answered<S>[]> {
  const shape = v.object({ value: v.array(entry), continuationToken: given(v.string()) });
  return readAllPages<Answered<S>>(
    service,
    async (next) => {
      const json = next === undefined ? body : { ...body, continuationToken: next };
      const { value, continuationToken } = await api.json(method, path, shape, {
        query: { 'api-version': version },
        json,
        effect: 'safe',
      });
      return { entries: value, next: continuationToken };
    },
    withoutUndefined({ enough }),
  );
}
