import type { KnownCause } from '../../runs/known-causes.ts';

/**
 * Failed jobs specific to Tableau, by the notes of the job.
 * @see https://help.tableau.com/current/online/en-us/to_refresh_data_errors.htm
 */
export const tableauCauses: readonly KnownCause[] = [
  {
    pattern: /login failed|sign[- ]?in failed|authentication failed|access denied for user|password|credential|oauth/i,
    advice:
      'Tableau could not log in to the data. Open the workbook or data source in Tableau, select Connections or Data Sources, and edit the connection with its user name and password.',
  },
  {
    pattern: /query time resource limit|time ?limit|timed? ?out/i,
    advice:
      'The refresh took longer than the site allows. Set up incremental refresh, reduce the data with extract filters, or run it when the source is less busy.',
  },
  {
    pattern: /\bbridge\b/i,
    advice:
      'Tableau Bridge could not refresh the data. Check that the Bridge client or its pool is running and signed in.',
  },
  {
    pattern: /out of memory|resource limit|memory limit|disk space|storage/i,
    advice:
      'Tableau had too little memory or space. Reduce the data of the extract, or run it when the site is less busy.',
  },
  {
    pattern: /unable to connect|could not connect|can't connect|connection refused|unknown host|unreachable/i,
    advice:
      'Tableau could not reach the data. Check the server name in the connection, and that Tableau is allowed through the firewall or uses Tableau Bridge.',
  },
];
