import { unexpectedResponse } from './response-schema.ts';

/** One page of a list. */
export interface Page<E> {
  entries: readonly E[];
  /** Cursor of the next page: a token, an offset or a URL. Absent on the last page. */
  next?: string | undefined;
}

/** Limits on reading a list. */
export interface PagesOptions {
  /** Maximum number of pages. Default: 1,000. */
  maxPages?: number;
  /** Maximum number of empty pages in a row. Default: 20. */
  maxEmptyPages?: number;
}

/**
 * Reads the pages of a list lazily. Every page must make progress: a repeated cursor, repeated entries, too many empty pages
 * or too many pages cause an error. A list is never truncated silently.
 * @param service display name, for errors
 * @param read requests a page; undefined for the first
 * @throws PipewrightError `unexpected-response`
 */
export async function* readPages<E>(
  service: string,
  read: (next: string | undefined) => Promise<Page<E>>,
  { maxPages = 1000, maxEmptyPages = 20 }: PagesOptions = {},
): AsyncGenerator<readonly E[]> {
  const seen = new Set<string>();
  let next: string | undefined;
  let before = '';
  let empty = 0;
  for (let count = 1; ; count += 1) {
    const page: Page<E> = await read(next);
    const content = page.entries.length === 0 ? '' : JSON.stringify(page.entries);
    if (content !== '' && content === before) throw stuck(service, 'returned the same page of a list twice');
    before = content;
    yield page.entries;
    next = page.next || undefined;
    if (next === undefined) return;
    if (seen.has(next)) throw stuck(service, 'returned a link to a page that was already read');
    seen.add(next);
    empty = page.entries.length === 0 ? empty + 1 : 0;
    if (empty > maxEmptyPages) throw stuck(service, `returned ${empty} empty pages of a list in a row`);
    if (count >= maxPages) throw stuck(service, `returned more than ${maxPages} pages of a list`);
  }
}

/** Reads every entry of a list lazily; see `readPages`. */
export async function* readEntries<E>(...[service, read, options]: Parameters<typeof readPages<E>>): AsyncGenerator<E> {
  for await (const entries of readPages(service, read, options)) yield* entries;
}

/**
 * Reads a list into an array; see `readPages`.
 * @param enough number of entries after which reading stops
 */
export async function readAllPages<E>(
  service: string,
  read: (next: string | undefined) => Promise<Page<E>>,
  { enough = Infinity, ...options }: PagesOptions & { enough?: number } = {},
): Promise<E[]> {
  const all: E[] = [];
  for await (const entries of readPages(service, read, options)) {
    for (const entry of entries) all.push(entry);
    if (all.length >= enough) break;
  }
  return all;
}

function stuck(service: string, what: string) {
  return unexpectedResponse(service, `${service} ${what}, so the list cannot be read completely.`);
}
