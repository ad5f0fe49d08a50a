import * as v from 'valibot';
import { given, shown, type Answered, type AnswerShape } from '../../http/answer-shape.ts';
import type { Api, Call } from '../../http/api.ts';
import { readEntries as readEntriesOf } from '../../http/read-pages.ts';
import { service } from './api.ts';

/** A list of Mode: its path, its name in the answer, and what an entry looks like. */
export interface ModeList<S extends AnswerShape> {
  path: string;
  name: string;
  entry: S;
  query?: Call['query'];
}

/** The entries of one page, counted from 1; `next` is the following page, absent at the end. */
export async function readPage<S extends AnswerShape>(
  api: Api,
  { path, name, entry, query }: ModeList<S>,
  page = 1,
): Promise<{ entries: Answered<S>[]; next?: number }> {
  // Not every list says how many pages it has.
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
 * Every entry of a list, page by page as they are asked for. A list that knows no pages sends the same one again, which is its
 * end.
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

/** Every entry of a list. */
export async function readAll<S extends v.GenericSchema<unknown, { token: string }>>(
  api: Api,
  list: ModeList<S>,
): Promise<Answered<S>[]> {
  const entries: Answered<S>[] = [];
  for await (const entry of readEntries(api, list)) entries.push(entry);
  return entries;
}
