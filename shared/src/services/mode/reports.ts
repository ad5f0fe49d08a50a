import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { given, shown, shownText, type Answered } from '../../http/answer-shape.ts';
import type { Api } from '../../http/api.ts';
import { defineChoices, search, type Choice } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { openMode, service } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readAll, readPage } from './pages.ts';

/** What a token of Mode looks like. */
export const tokenShape = v.pipe(v.string(), v.nonEmpty());

const reportShape = v.object({
  token: tokenShape,
  name: given(v.string()),
  description: shownText,
  archived: given(v.boolean()),
  query_count: shown(v.pipe(v.number(), v.integer())),
  last_successfully_run_at: shownText,
});

/** A report as Mode gives it, as far as it is read here. */
export type VendorReport = Answered<typeof reportShape>;

const spaceShape = v.object({ token: tokenShape, name: given(v.string()) });

/** A collection, which the interface calls a space. */
export type VendorSpace = Answered<typeof spaceShape>;

const queryShape = v.object({ token: tokenShape, name: given(v.string()) });

/** A query of a report. */
export type VendorQuery = Answered<typeof queryShape>;

/** Every collection that the token may see. */
export function listSpaces(api: Api): Promise<VendorSpace[]> {
  return readAll(api, { path: '/spaces', name: 'spaces', entry: spaceShape, query: { filter: 'all' } });
}

/** The reports of a collection. */
export const reportsOf = ({ token }: VendorSpace) => ({
  path: `/spaces/${encodeURIComponent(token)}/reports`,
  name: 'reports',
  entry: reportShape,
});

/** The path of a report. */
export const reportPath = (report: string): string => `/reports/${encodeURIComponent(report)}`;

/** An opened report. */
export interface Report {
  api: Api;
  id: string;
  name: string;
}

/** Opens the report of a token; its name makes messages readable. */
export async function openReport(token: string, context: Context<ModeConnection>): Promise<Report> {
  const api = openMode(context);
  const { name } = await api.json('GET', reportPath(token), reportShape);
  return { api, id: token, name: name || `report ${token}` };
}

/** The queries of a report, in its order. */
export function listQueries(api: Api, report: string): Promise<VendorQuery[]> {
  return readAll(api, { path: `${reportPath(report)}/queries`, name: 'queries', entry: queryShape });
}

/** How many reports are gathered before a list is shown, if there are as many. */
const enough = 20;

/** A place in the lists of all collections: the collection's token and the page within. */
function readPlace(spaces: VendorSpace[], place: string | undefined): { index: number; page: number } {
  if (place === undefined) return { index: 0, page: 1 };
  const [token, page = '1'] = place.split(':');
  const index = spaces.findIndex((space) => space.token === token);
  return { index: index < 0 ? spaces.length : index, page: Number(page) || 1 };
}

/** The reports of all collections, one after the other; Mode has no search, so pages are read until some reports match. */
export const reportChoices = defineChoices<ModeConnection>({
  key: 'reports',
  async load(query, context) {
    const api = openMode(context);
    const spaces = await listSpaces(api);
    let { index, page } = readPlace(spaces, query.page);
    const choices: Choice[] = [];
    for (let space = spaces[index]; space !== undefined && choices.length < enough; space = spaces[index]) {
      const { entries, next } = await readPage(api, reportsOf(space), page);
      const shown = entries.filter(({ archived }) => !archived);
      const all = shown.map(({ token, name }) => ({ value: token, label: `${name ?? token} (${space?.name ?? ''})` }));
      choices.push(...search(all, query.search));
      [index, page] = next === undefined ? [index + 1, 1] : [index, next];
    }
    const space = spaces[index];
    return { choices, ...(space ? { nextPage: `${space.token}:${page}` } : {}) };
  },
});

/** The field that says which report. */
export const reportField = text({
  label: 'Report',
  help: 'Pick the report, or paste the address of its page in Mode.',
  placeholder: '4e0af8c10001',
  choices: reportChoices,
  idFromUrl: { pattern: /\/reports\/([0-9a-z]+)/i, example: 'https://app.mode.com/contoso/reports/4e0af8c10001' },
});

const queryChoices = defineChoices<ModeConnection>({
  key: 'queries',
  needs: ['report'],
  async load({ input, search: wanted }, context) {
    const queries = await listQueries(openMode(context), String(input['report'] ?? ''));
    return {
      choices: search(
        queries.map(({ token, name }) => ({ value: token, label: name ?? token })),
        wanted,
      ),
    };
  },
});

/** The field that says which query of a report. */
export const queryField = text({
  label: 'Query',
  help: 'Pick the query, or type its name. Empty: the only query of the report, or the first one.',
  placeholder: 'Claims by country',
  choices: queryChoices,
  idFromUrl: {
    pattern: /\/queries\/([0-9a-z]+)/i,
    example: 'https://app.mode.com/editor/contoso/reports/4e0af8c10001/queries/9e1d00000001',
  },
});

/**
 * The query that a person named, by its token or its name; without one the first.
 * @throws PipewrightError `not-found` with the names that there are
 */
export function pickQuery(queries: VendorQuery[], named: string | undefined): VendorQuery {
  const wanted = named?.toLowerCase();
  const found =
    wanted === undefined
      ? queries[0]
      : (queries.find(({ token }) => token.toLowerCase() === wanted) ??
        queries.find(({ name }) => name?.trim().toLowerCase() === wanted));
  if (found) return found;
  const names = queries.map(({ token, name }) => `“${name ?? token}”`).join(', ');
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: named === undefined ? 'The report has no query.' : `The report has no query “${named}”.`,
    hint: names ? `Its queries are ${names}.` : 'Choose a report with a query.',
  });
}
