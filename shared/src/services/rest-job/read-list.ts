import { readPages, type Page } from '../../http/read-pages.ts';
import type { Api, Call } from '../../http/api.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { anyResponse } from '../../http/response-schema.ts';
import { fillBody, fillPath, uses } from './fill-template.ts';
import type { JobTemplate, ListTemplate, RequestTemplate, Variables } from './job-template.ts';
import { missingIn, textAt, valueAt } from './read-value.ts';

/** The options of a call for a request: its headers, and its body as JSON text. */
export function callFor(
  request: RequestTemplate,
  { headers }: Pick<JobTemplate, 'headers'>,
  variables: Variables,
): Call {
  return withoutUndefined({ headers: { ...headers }, jsonText: fillBody(request, variables) });
}

/** A query parameter for a cursor, which the request for the first page does not have. */
const cursorParameter = /([?&])[^?&=]+=\{cursor\}(?:&|$)/;

/** Where a list continues. */
interface Position {
  offset: number;
  page: number;
  cursor?: string | undefined;
}

/**
 * Reads one page of a list.
 * @param position as text, from the previous page; undefined for the first page
 * @throws PipewrightError `unexpected-response` if the answer contains no list
 */
export async function readListPage(
  api: Api,
  template: Pick<JobTemplate, 'tool' | 'headers'>,
  list: ListTemplate,
  variables: Variables,
  position?: string,
): Promise<Page<unknown>> {
  const { offset, page, cursor }: Position = position ? (JSON.parse(position) as Position) : { offset: 0, page: 1 };
  const path = cursor === undefined ? list.path.replace(cursorParameter, '$1') : list.path;
  const all = { ...variables, offset, page, ...withoutUndefined({ cursor }) };
  const answer = await api.json(list.method, fillPath(path, all), anyResponse, {
    ...callFor(list, template, all),
    effect: 'safe',
  });
  const entries = list.at === undefined ? answer : valueAt(answer, list.at);
  if (!Array.isArray(entries)) throw missingIn(template.tool, `list${list.at ? ` at “${list.at}”` : ''}`, answer);
  const count = entries.length;
  const next: Position = { offset: offset + count, page: page + 1, cursor: textAt(answer, list.cursor) };
  const isPaged = uses(list, 'cursor')
    ? next.cursor !== undefined
    : (uses(list, 'offset') || uses(list, 'page')) && count > 0 && count >= (list.size ?? 1);
  return { entries, ...(isPaged ? { next: JSON.stringify(next) } : {}) };
}

/** Reads a list page by page; see `readPages`. */
export function readList(...[api, template, list, variables]: Parameters<typeof readListPage>) {
  return readPages<unknown>(template.tool, (position) => readListPage(api, template, list, variables, position));
}
