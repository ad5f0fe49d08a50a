import { uuidOf } from '../server/identifiers.ts';

/** The account for Tableau in the sandbox. */
export const tableauAccount = {
  site: 'contoso',
  siteId: uuidOf('tableau/contoso'),
  /** Personal access token of a site administrator. */
  patName: 'claims-automation',
  patSecret: 'qlE1g9MMh9vbrjjg==:rZTHhPpP2tUW1kfn4tjg8',
  /** Personal access token of a user who is not an administrator. */
  explorerName: 'claims-explorer',
  explorerSecret: 'Zt0nKfQ2S7uBqXyL==:cRmW8vEoPdJhTaGiNs4uV',
  /** Workbook `Claims overview`. */
  workbookId: uuidOf('tableau/claims-overview'),
  /** Published data source `Claims`. */
  dataSourceId: uuidOf('tableau/claims'),
  /** Flow `Clean claims`. */
  flowId: uuidOf('tableau/clean-claims'),
} as const;
