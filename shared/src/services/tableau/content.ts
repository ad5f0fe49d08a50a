import * as v from 'valibot';
import { defineChoices, search } from '../../define/choice-list.ts';
import type { Context } from '../../define/context.ts';
import { text } from '../../define/fields.ts';
import { readAllPages } from '../../http/read-pages.ts';
import { displayField, displayText, filledText, unexpectedResponse, type Parsed } from '../../http/response-schema.ts';
import { openSite, service, type Site } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { readPage } from './pages.ts';

/** What can be refreshed or run. */
export const contentKinds = {
  workbook: { label: 'Workbook', noun: 'workbook', names: ['workbooks', 'workbook'] },
  dataSource: { label: 'Data Source', noun: 'data source', names: ['datasources', 'datasource'] },
  flow: { label: 'Flow', noun: 'flow', names: ['flows', 'flow'] },
} as const;

/** One of `contentKinds`. */
export type ContentKind = keyof typeof contentKinds;

const contentShape = v.object({
  id: filledText,
  name: filledText,
  webpageUrl: displayText,
  description: displayText,
  updatedAt: displayText,
  project: displayField(v.object({ name: displayText })),
});

/** A workbook, data source or flow. */
export type VendorContent = Parsed<typeof contentShape>;

/** A workbook, data source or flow that was read. */
export interface Content {
  kind: ContentKind;
  id: string;
  name: string;
  /** Its page in Tableau. */
  url?: string | undefined;
}

/** Path of a list, or of one of its entries. */
export function contentPath(kind: ContentKind, ...rest: string[]): string {
  return ['', contentKinds[kind].names[0], ...rest.map(encodeURIComponent)].join('/');
}

const listOf = (kind: ContentKind) => ({
  path: contentPath(kind),
  names: contentKinds[kind].names,
  entry: contentShape,
});

/**
 * Lists the workbooks, data sources or flows of the site that the user of the token can see.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm
 */
export async function listContent(kind: ContentKind, context: Context<TableauConnection>): Promise<VendorContent[]> {
  const site = await openSite(context);
  return readAllPages(service, (page) => readPage(site, listOf(kind), page));
}

const optionalContent = v.optional(contentShape);

const answerShape = v.object({ workbook: optionalContent, datasource: optionalContent, flow: optionalContent });

/** Reads a workbook, data source or flow by its ID, so that messages can show its name. */
export async function readContent(site: Site, kind: ContentKind, id: string): Promise<Content> {
  const { noun, names } = contentKinds[kind];
  const found = (await site.api.json('GET', contentPath(kind, id), answerShape))[names[1]];
  if (!found) throw unexpectedResponse(service, `Tableau returned no ${noun}.`);
  return { kind, id, name: found.name, url: found.webpageUrl || undefined };
}

/** How many entries a dropdown loads at a time. */
const choicesPerPage = 100;

const choicesOf = (kind: ContentKind) =>
  defineChoices<TableauConnection>({
    key: contentKinds[kind].names[0],
    async load({ search: wanted, page }, context) {
      const { entries, next } = await readPage(await openSite(context), listOf(kind), page, choicesPerPage);
      const choices = entries.map(({ id, name, project, webpageUrl }) => ({
        value: id,
        label: project?.name ? `${name} (${project.name})` : name,
        ...(webpageUrl ? { url: webpageUrl } : {}),
      }));
      return { choices: search(choices, wanted), ...(next === undefined ? {} : { nextPage: next }) };
    },
  });

const fieldOf = (kind: ContentKind) => {
  const { label, noun } = contentKinds[kind];
  return {
    label,
    help: `Select the ${noun}, or enter its ID, which Find ${label} returns. The number in its URL is another one.`,
    placeholder: '1f951daf-4061-451a-9df1-69a8062664f2',
    choices: choicesOf(kind),
  };
};

/** Fields that select a workbook, a data source or a flow. */
export const contentFields = {
  workbook: text(fieldOf('workbook')),
  dataSource: text(fieldOf('dataSource')),
  flow: text(fieldOf('flow')),
};

/** Makes a small request, which proves that the session works. */
export async function probeSite(site: Site): Promise<void> {
  await readPage(site, listOf('workbook'), '1', 1);
}
