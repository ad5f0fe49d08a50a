import * as v from 'valibot';
import type { Page } from '../../http/read-pages.ts';
import { displayField, type Parsed } from '../../http/response-schema.ts';
import type { Call } from '../../http/api.ts';
import type { Site } from './api.ts';

/** Entries per page; Tableau allows 1,000. */
const maxPageSize = 1000;

/** A list of a site. */
export interface TableauList<S extends v.GenericSchema> {
  /** Path below the site: `/workbooks`. */
  path: string;
  /** Names of the list and of an entry in the response: `workbooks` and `workbook`. */
  names: readonly [list: string, entry: string];
  entry: S;
  query?: Call['query'];
}

/** A number, which Tableau writes as text. */
const countShape = displayField(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))]));

/**
 * Reads one page of a list. An empty list lacks the entries, and a single entry may not be in an array.
 * @param page number of the page as text, from 1; undefined for the first
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_paging.htm
 */
export async function readPage<S extends v.GenericSchema>(
  { api }: Site,
  { path, names: [list, entries], entry, query }: TableauList<S>,
  page = '1',
  pageSize = maxPageSize,
): Promise<Page<Parsed<S>>> {
  const oneOrMore = v.union([
    v.array(entry),
    v.pipe(
      entry,
      v.transform((one) => [one]),
    ),
  ]);
  const shape = v.object({
    pagination: v.object({ pageNumber: countShape, pageSize: countShape, totalAvailable: countShape }),
    [list]: v.object({ [entries]: v.optional(oneOrMore) }),
  });
  const answer = await api.json('GET', path, shape, { query: { ...query, pageSize, pageNumber: page } });
  const { pagination } = answer as { pagination: { pageSize?: number; totalAvailable?: number } };
  const found = (answer as Record<string, Record<string, Parsed<S>[] | undefined>>)[list]?.[entries] ?? [];
  // A server may return smaller pages than requested.
  const size = pagination.pageSize || pageSize;
  const isLast =
    pagination.totalAvailable === undefined ? found.length < size : Number(page) * size >= pagination.totalAvailable;
  return { entries: found, ...(isLast ? {} : { next: String(Number(page) + 1) }) };
}
