import { uuidOf } from '../server/identifiers.ts';
import { tableauAccount } from './account.ts';

/** Lists of a site, as paths name them. */
export type ContentList = 'workbooks' | 'datasources' | 'flows';

/** A workbook, data source or flow of the sandbox. */
export interface TableauContent {
  id: string;
  list: ContentList;
  name: string;
  project: string;
  /** The number in the URL of its page. */
  page: number;
  hasExtract: boolean;
}

/** The name of an entry of a list. */
export const entryOf = { workbooks: 'workbook', datasources: 'datasource', flows: 'flow' } as const;

/** The content of the site. */
export const tableauContent: TableauContent[] = [
  {
    id: tableauAccount.workbookId,
    list: 'workbooks',
    name: 'Claims overview',
    project: 'Claims',
    page: 1042,
    hasExtract: true,
  },
  {
    id: uuidOf('tableau/claims-live'),
    list: 'workbooks',
    name: 'Claims live',
    project: 'Claims',
    page: 1043,
    hasExtract: false,
  },
  {
    id: uuidOf('tableau/ledger'),
    list: 'workbooks',
    name: 'Ledger',
    project: 'Finance',
    page: 1044,
    hasExtract: true,
  },
  {
    id: tableauAccount.dataSourceId,
    list: 'datasources',
    name: 'Claims',
    project: 'Claims',
    page: 301,
    hasExtract: true,
  },
  { id: tableauAccount.flowId, list: 'flows', name: 'Clean claims', project: 'Claims', page: 17, hasExtract: true },
];
