import type { Api, Call } from '../../http/api.ts';

/** A list as Mode gives it; not every list tells how many pages it has. */
interface Embedded<T> {
  pagination?: { total_pages?: number };
  _embedded?: Record<string, T[] | undefined>;
}

/** The entries of one page, counted from 1; `next` is the following page, absent at the end. */
export async function readPage<T>(
  api: Api,
  path: string,
  name: string,
  page = 1,
  query: Call['query'] = {},
): Promise<{ entries: T[]; next?: number }> {
  const answer = await api.json<Embedded<T>>('GET', path, { query: { ...query, page } });
  const entries = answer._embedded?.[name] ?? [];
  const total = answer.pagination?.total_pages;
  const goesOn = total === undefined ? entries.length > 0 : page < total;
  return { entries, ...(goesOn ? { next: page + 1 } : {}) };
}

/** No list has more pages than this. */
const mostPages = 200;

/**
 * Every entry of a list, page by page as they are asked for. A list that knows no pages gives the same one again, which is
 * its end.
 */
export async function* readEntries<T extends { token: string }>(
  api: Api,
  path: string,
  name: string,
  query: Call['query'] = {},
): AsyncGenerator<T> {
  const seen = new Set<string>();
  for (let page: number | undefined = 1; page !== undefined && page <= mostPages; ) {
    const { entries, next }: { entries: T[]; next?: number } = await readPage<T>(api, path, name, page, query);
    const fresh = entries.filter(({ token }) => !seen.has(token));
    for (const entry of fresh) {
      seen.add(entry.token);
      yield entry;
    }
    page = fresh.length > 0 ? next : undefined;
  }
}

/** Every entry of a list. */
export async function readAll<T extends { token: string }>(
  api: Api,
  path: string,
  name: string,
  query: Call['query'] = {},
): Promise<T[]> {
  const entries: T[] = [];
  for await (const entry of readEntries<T>(api, path, name, query)) entries.push(entry);
  return entries;
}
