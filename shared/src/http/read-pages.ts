import { unexpectedAnswer } from './answer-shape.ts';

/** One page of a list. */
export interface Page<E> {
  entries: readonly E[];
  /** What asks for the following page, such as a token, an offset or an address; absent at the end. */
  next?: string | undefined;
}

/** How far a list is read. */
export interface PagesOptions {
  /** Pages that are read at most. Default: 1,000. */
  maxPages?: number;
  /** Pages without an entry that may follow each other. Default: 20. */
  maxEmptyPages?: number;
}

/**
 * The pages of a list, as they are asked for. Every page must make progress: a token that came before, the same entries again
 * or too many empty pages end the reading with an error, and so does a list without end; it is never cut silently.
 * @param service display name, for errors
 * @param read asks for a page; undefined for the first
 * @throws PipewrightError `unexpected-answer`
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
    if (content !== '' && content === before) throw stuck(service, 'sent the same page of a list twice');
    before = content;
    yield page.entries;
    next = page.next || undefined;
    if (next === undefined) return;
    if (seen.has(next)) throw stuck(service, 'named a page of a list again that was read before');
    seen.add(next);
    empty = page.entries.length === 0 ? empty + 1 : 0;
    if (empty > maxEmptyPages) throw stuck(service, `sent ${empty} empty pages of a list one after the other`);
    if (count >= maxPages) throw stuck(service, `did not end a list within ${maxPages} pages`);
  }
}

/** Every entry of a list; see `readPages`. */
export async function* readEntries<E>(...[service, read, options]: Parameters<typeof readPages<E>>): AsyncGenerator<E> {
  for await (const entries of readPages(service, read, options)) yield* entries;
}

/**
 * Every entry of a list; see `readPages`.
 * @param enough stops once so many entries are there, for lists of which only the first ones are wanted
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
  return unexpectedAnswer(service, `${service} ${what}, so the list cannot be read to its end.`);
}
