import * as v from 'valibot';
import { optionalField, type Parsed, type ResponseSchema } from '../../http/response-schema.ts';
import type { Api } from '../../http/api.ts';
import { readAllPages } from '../../http/read-pages.ts';
import type { HttpRequest } from '../../host/http.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';

/** A list of the API. */
export interface AzureList<S extends ResponseSchema> {
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
export function readAll<S extends ResponseSchema>(
  api: Api,
  { service, path, version, entry }: AzureList<S>,
): Promise<Parsed<S>[]> {
  const shape = v.object({ value: v.array(entry), nextLink: optionalField(v.string()) });
  return readAllPages<Parsed<S>>(service, async (next) => {
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
export function queryAll<S extends ResponseSchema>(
  api: Api,
  method: HttpRequest['method'],
  { service, path, version, entry }: AzureList<S>,
  body: object,
  enough?: number,
): Promise<Parsed<S>[]> {
  const shape = v.object({ value: v.array(entry), continuationToken: optionalField(v.string()) });
  return readAllPages<Parsed<S>>(
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
