import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { optionalField, displayField, displayText, type Parsed } from '../../http/response-schema.ts';
import type { Api } from '../../http/api.ts';
import { defineChoices, search, type Choice } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { openMode, service } from './api.ts';
import type { ModeConnection } from './connection-fields.ts';
import { readAll, readPage } from './pages.ts';

/** A Mode token, which identifies an object. */
export const tokenShape = v.pipe(v.string(), v.nonEmpty());

const reportShape = v.object({
  token: tokenShape,
  name: optionalField(v.string()),
  description: displayText,
  archived: optionalField(v.boolean()),
  query_count: displayField(v.pipe(v.number(), v.integer())),
  last_successfully_run_at: displayText,
});

/** The fields of a Mode report that are used here. */
export type VendorReport = Parsed<typeof reportShape>;

const spaceShape = v.object({ token: tokenShape, name: optionalField(v.string()) });

/** A collection, called a space in the API. */
export type VendorSpace = Parsed<typeof spaceShape>;

const queryShape = v.object({
  token: tokenShape,
  name: optionalField(v.string()),
  /** The SQL code with the parameters of the report. */
  raw_query: displayText,
});

/** A query of a report. */
export type VendorQuery = Parsed<typeof queryShape>;

/** Lists every collection that the API token can access. */
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

/** Reads a report by its token, so that messages can show its name. */
export async function openReport(token: string, context: Context<ModeConnection>): Promise<Report> {
  const api = openMode(context);
  const { name } = await api.json('GET', reportPath(token), reportShape);
  return { api, id: token, name: name || `report ${token}` };
}

/** Lists the queries of a report in order. */
export function listQueries(api: Api, report: string): Promise<VendorQuery[]> {
  return readAll(api, { path: `${reportPath(report)}/queries`, name: 'queries', entry: queryShape });
}

/** Number of reports to collect before a page of choices is returned. */
const pageSize = 20;

/** Parses a page token: the token of a collection and a page in it. */
function parsePageToken(spaces: VendorSpace[], pageToken: string | undefined): { index: number; page: number } {
  if (pageToken === undefined) return { index: 0, page: 1 };
  const [token, page = '1'] = pageToken.split(':');
  const index = spaces.findIndex((space) => space.token === token);
  return { index: index < 0 ? spaces.length : index, page: Number(page) || 1 };
}

/** The reports of all collections. Mode has no search, so pages are read until enough reports match. */
export const reportChoices = defineChoices<ModeConnection>({
  key: 'reports',
  async load(query, context) {
    const api = openMode(context);
    const spaces = await listSpaces(api);
    let { index, page } = parsePageToken(spaces, query.page);
    const choices: Choice[] = [];
    for (let space = spaces[index]; space !== undefined && choices.length < pageSize; space = spaces[index]) {
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

/** The report field. */
export const reportField = text({
  label: 'Report',
  help: 'Select a report, or paste its Mode URL.',
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

/** The query field. */
export const queryField = text({
  label: 'Query',
  help: 'Select a query, or enter its name. Leave empty to use the first query of the report.',
  placeholder: 'Claims by country',
  identifier: 'Name',
  choices: queryChoices,
  idFromUrl: {
    pattern: /\/queries\/([0-9a-z]+)/i,
    example: 'https://app.mode.com/editor/contoso/reports/4e0af8c10001/queries/9e1d00000001',
  },
});

/**
 * Finds a query by token or name; the first one if none is given.
 * @throws PipewrightError `not-found` that lists the queries of the report
 */
export function pickQuery(queries: VendorQuery[], selected: string | undefined): VendorQuery {
  const wanted = selected?.toLowerCase();
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
    message: selected === undefined ? 'The report has no queries.' : `The report has no query “${selected}”.`,
    hint: names ? `Select one of its queries: ${names}.` : 'Select a report with queries.',
  });
}
