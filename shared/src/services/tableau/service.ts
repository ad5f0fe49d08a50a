import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { cancelJob } from './cancel-job.ts';
import { tableauConnection } from './connection.ts';
import { findDataSource, findFlow, findWorkbook } from './find-content.ts';
import { getJob } from './get-job.ts';
import { jobFinished } from './job-finished.ts';
import { refreshDataSource } from './refresh-data-source.ts';
import { refreshFinished } from './refresh-finished.ts';
import { refreshWorkbook } from './refresh-workbook.ts';
import { runFlow } from './run-flow.ts';

/** Tableau workbooks, data sources and flows. */
export const tableau = defineService({
  key: 'tableau',
  name: service,
  description:
    'Refresh Tableau workbooks and data sources, run flows, wait for them to finish, and trigger on finished jobs.',
  connection: tableauConnection,
  operations: [refreshWorkbook, refreshDataSource, runFlow, getJob, cancelJob, findWorkbook, findDataSource, findFlow],
  triggers: [refreshFinished, jobFinished],
  listing: {
    categories: ['Analytics', 'Data & Storage'],
    aliases: ['workbook', 'data source', 'extract', 'refresh', 'flow', 'Tableau Prep', 'BI', 'dashboard'],
  },
});
