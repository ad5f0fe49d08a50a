import * as v from 'valibot';
import { text } from '../../define/fields.ts';
import { defineSearch } from '../../define/operation.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { TableauConnection } from './connection-fields.ts';
import { contentKinds, listContent, type ContentKind, type VendorContent } from './content.ts';

/** Defines the search for workbooks, data sources or flows by part of their name; exact matches come first. */
function defineFind(kind: ContentKind, key: string) {
  const { label, noun } = contentKinds[kind];
  return defineSearch<TableauConnection>()({
    key,
    name: `Find ${label}`,
    resource: label,
    description: `Finds ${noun}s by name on the site.`,
    input: {
      name: text({ label: 'Name', help: 'All or part of the name (case-insensitive).', placeholder: 'claims' }),
    },
    output: {
      id: text({ label: `${label} ID` }),
      name: text({ label: 'Name' }),
      project: v.optional(text({ label: 'Project' })),
      description: v.optional(text({ label: 'Description' })),
      updatedAt: v.optional(text({ label: 'Updated At' })),
      url: v.optional(text({ label: `${label} URL` })),
    },
    sample: {
      id: '1f951daf-4061-451a-9df1-69a8062664f2',
      name: 'Claims overview',
      project: 'Claims',
      updatedAt: '2026-11-19T07:30:00Z',
      url: `https://10ax.online.tableau.com/#/site/contoso/${contentKinds[kind].names[0]}/1042`,
    },
    async run(input, context) {
      const wanted = input.name.toLowerCase();
      const isExact = ({ name }: VendorContent): number => Number(name.toLowerCase() === wanted);
      return (await listContent(kind, context))
        .filter(({ name }) => name.toLowerCase().includes(wanted))
        .toSorted((a, b) => isExact(b) - isExact(a))
        .map(({ id, name, project, description, updatedAt, webpageUrl }) =>
          withoutUndefined({
            id,
            name,
            project: project?.name || undefined,
            description: description || undefined,
            updatedAt: updatedAt || undefined,
            url: webpageUrl || undefined,
          }),
        );
    },
  });
}

/** Finds workbooks. */
export const findWorkbook = defineFind('workbook', 'findWorkbook');

/** Finds published data sources. */
export const findDataSource = defineFind('dataSource', 'findDataSource');

/** Finds Tableau Prep flows. */
export const findFlow = defineFind('flow', 'findFlow');
