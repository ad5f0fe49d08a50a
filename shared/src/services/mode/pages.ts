import * as v from 'valibot';
import { given, shown, type Answered, type AnswerShape } from '../../http/answer-shape.ts';
import type { Api, Call } from '../../http/api.ts';
import { readEntries as readEntriesOf } from '../../http/read-pages.ts';
import { service } from './api.ts';

/** A list in the Mode API: its path, its name in the response, and the shape of an entry. */
export interface ModeList<S extends AnswerShape> {
  path: string;
  name: string;
  entry: S;
  query?: Call['query'];
}

/** Reads one page, counted from 1; `next` is the next page, absent on the last one. */
export async function readPage<S extends AnswerShape>(
  api: Api,
  { path, name, entry, query }: ModeList<S>,
  page = 1,
): Promise<{ entries: Answered<S>[]; next?: number }> {
  // Some lists do not report how many pages they have.
  const shape = v.object({
    pagination: shown(v.object({ total_pages: shown(v.number()) })),
    _embedded: given(v.object({ [name]: given(v.array(entry)) })),
  });
  const answer = await api.json('GET', path, shape, { query: { ...query, page } });
  const entries = (answer._embedded?.[name] ?? []) as Answered<S>[];
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
): AsyncGenerator<Answered<S>> {
  const seen = new Set<string>();
  return readEntriesOf<Answered<S>>(service, async (page) => {
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
): Promise<Answered<S>[]> {
  const entries: Answered<S>[] = [];
  for await (const entry of readEntries(api, list)) entries.push(entry);
  return entries;
}
