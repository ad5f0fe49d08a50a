import * as v from 'valibot';
import { optionalField, displayField, type Parsed, type ResponseSchema } from '../../http/response-schema.ts';
import type { Api, Call } from '../../http/api.ts';
import { readEntries as readEntriesOf } from '../../http/read-pages.ts';
import { service } from './api.ts';

/** A list in the Mode API: its path, its name in the response, and the shape of an entry. */
export interface ModeList<S extends ResponseSchema> {
  path: string;
  name: string;
  entry: S;
  query?: Call['query'];
}

/** Reads one page, counted from 1; `next` is the number of the next page, absent on the last page. */
export async function readPage<S extends ResponseSchema>(
  api: Api,
  { path, name, entry, query }: ModeList<S>,
  page = 1,
): Promise<{ entries: Parsed<S>[]; next?: number }> {
  // Some lists do not report how many pages they have.
  const shape = v.object({
    pagination: displayField(v.object({ total_pages: displayField(v.number()) })),
    _embedded: optionalField(v.object({ [name]: optionalField(v.array(entry)) })),
  });
  const answer = await api.json('GET', path, shape, { query: { ...query, page } });
  const entries = (answer._embedded?.[name] ?? []) as Parsed<S>[];
  const total = answer.pagination?.total_pages;
  const hasMore = total === undefined ? entries.length > 0 : page < total;
  return { entries, ...(hasMore ? { next: page + 1 } : {}) };
}

/**
 * Reads every entry of a list, one page at a time. A list without pagination returns the same page again, which ends the loop.
 */
export function readEntries<S extends v.GenericSchema<unknown, { token: string }>>(
  api: Api,
  list: ModeList<S>,
): AsyncGenerator<Parsed<S>> {
  const seen = new Set<string>();
  return readEntriesOf<Parsed<S>>(service, async (page) => {
    const { entries, next } = await readPage(api, list, Number(page ?? 1));
    const fresh = entries.filter(({ token }) => !seen.has(token));
    for (const { token } of fresh) seen.add(token);
    return { entries: fresh, ...(fresh.length > 0 && next !== undefined ? { next: String(next) } : {}) };
  });
}

/** Reads every entry of a list. */
export async function readAll<S extends v.GenericSchema<unknown, { token: string }>>(
  api: Api,
  list: ModeList<S>,
): Promise<Parsed<S>[]> {
  const entries: Parsed<S>[] = [];
  for await (const entry of readEntries(api, list)) entries.push(entry);
  return entries;
}
