import * as v from 'valibot';
import { given, type Answered, type AnswerShape } from '../../http/answer-shape.ts';
import type { Api } from '../../http/api.ts';
import { readAllPages } from '../../http/read-pages.ts';
import type { HttpRequest } from '../../host/http.ts';

/** A list to read. */
export interface AzureList<S extends AnswerShape> {
  /** Display name of the service, for errors. */
  service: string;
  path: string;
  /** Version of the interface. */
  version: string;
  /** What an entry looks like. */
  entry: S;
}

/**
 * Every entry of a list whose pages lead on by `nextLink`. The link must stay at the origin of the interface, for the token is
 * sent to it.
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
 * Every entry of a query, whose continuation token goes back in the body.
 * @param enough stops once so many entries are there
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
    enough === undefined ? {} : { enough },
  );
}
