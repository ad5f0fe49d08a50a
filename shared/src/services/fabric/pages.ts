import * as v from 'valibot';
import type { Api, Call } from '../../http/api.ts';
import type { Page } from '../../http/read-pages.ts';
import { optionalField, type Parsed, type ResponseSchema } from '../../http/response-schema.ts';

/** A list of the API: its path, its query and the shape of an entry. */
export interface FabricList<S extends ResponseSchema> {
  path: string;
  entry: S;
  query?: Call['query'];
}

/**
 * Reads one page. The next page is requested by its token, never by the URL in the response.
 * @see https://learn.microsoft.com/rest/api/fabric/articles/pagination
 */
export async function readPage<S extends ResponseSchema>(
  api: Api,
  { path, entry, query }: FabricList<S>,
  continuationToken?: string,
): Promise<Page<Parsed<S>>> {
  const shape = v.object({ value: v.array(entry), continuationToken: optionalField(v.string()) });
  const answer = await api.json('GET', path, shape, { query: { ...query, continuationToken } });
  return { entries: answer.value, next: answer.continuationToken };
}
